package dev.berth.engine.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.migration.CopiedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A machine as it is where images of it are copied to: the same to its guest, of other files. A
 * copy stands on nothing, whatever the image stands on here. Pure.
 */
public final class CopiedDisks {
  private static final String BLOCKDEV = "blockdev-add";
  private static final String BLOCKDEV_OPTION = "-blockdev";
  private static final String NAME = "node-name";

  private final LaunchRecord launch;
  private final List<CopiedImage> copies;

  /** Where each file is there. */
  private final Map<Path, Path> files = new HashMap<>();

  private CopiedDisks(LaunchRecord launch, List<CopiedImage> copies) {
    this.launch = launch;
    this.copies = copies;
    copies.forEach(copy -> file(launch, copy.disk()).ifPresent(it -> files.put(it, copy.file())));
  }

  /** The file that a machine has open for a disk by its path. */
  public static Optional<Path> file(LaunchRecord launch, String disk) {
    return launch.assembly().stream()
        .filter(PassFile.class::isInstance)
        .map(PassFile.class::cast)
        .filter(pass -> isOf(pass, disk))
        .map(PassFile::file)
        .findFirst();
  }

  /** The record of the machine there; what is of one launch alone is as it is here. */
  public static LaunchRecord moved(LaunchRecord launch, List<CopiedImage> copies) {
    return copies.isEmpty() ? launch : new CopiedDisks(launch, copies).record();
  }

  /**
   * The definition of the domain there. A disk of it that is another one than the machine has stays
   * as it is.
   *
   * @param definition as canonical JSON
   */
  public static String moved(String definition, LaunchRecord launch, List<CopiedImage> copies) {
    return copies.isEmpty() ? definition : new CopiedDisks(launch, copies).definition(definition);
  }

  /** What of a definition is not copied, and is to be there before. */
  public static DomainDefinition remaining(DomainDefinition definition, List<CopiedImage> copies) {
    DomainDefinition left = definition;
    for (CopiedImage copy : copies) {
      left = left.withoutDisk(copy.disk());
    }
    return left;
  }

  private String definition(String text) {
    DefinitionDocument document =
        new DefinitionDocument(text, launch.subject().name().text(), Path.of("/"));
    return DefinitionWriter.json(DefinitionReader.read(document).replacing(this::disk));
  }

  private Disk disk(Disk disk) {
    Optional<CopiedImage> copy =
        copies.stream().filter(it -> it.disk().equals(disk.name())).findFirst();
    boolean isIt =
        disk.image().isPresent()
            || disk.file().isPresent() && disk.file().equals(file(launch, disk.name()));
    return copy.isPresent() && isIt ? disk.copiedTo(copy.get().file(), format(copy.get())) : disk;
  }

  private static DiskFormat format(CopiedImage copy) {
    return switch (copy.format()) {
      case QCOW2 -> DiskFormat.QCOW2;
      case RAW -> DiskFormat.RAW;
    };
  }

  private LaunchRecord record() {
    return new LaunchRecord(
        launch.subject(),
        launch.qemu(),
        launch.hardware(),
        argv(),
        launch.assembly().stream().filter(step -> !isBelow(step)).map(this::step).toList(),
        launch.devices().stream().map(this::device).toList(),
        launch.files(),
        launch.inherited().stream().map(this::inherited).toList());
  }

  private List<String> argv() {
    List<String> argv = new ArrayList<>(launch.argv());
    for (int i = 1; i < argv.size(); i++) {
      if (argv.get(i - 1).equals(BLOCKDEV_OPTION)) {
        argv.set(i, option(argv.get(i)));
      }
    }
    return argv;
  }

  private String option(String text) {
    try {
      return Json.read(text) instanceof ObjectNode node && isOfCopy(node)
          ? Json.text(node(node))
          : text;
    } catch (IOException noJson) {
      throw new UncheckedIOException("every '-blockdev' of ours is JSON", noJson);
    }
  }

  private AssemblyStep step(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return new PassFile(pass.fdset(), there(pass.file()), pass.access(), pass.opaque());
    }
    return step instanceof Execute execute && isOfCopy(execute)
        ? new Execute(execute.command(), node(execute.arguments()))
        : step;
  }

  private InheritedFile inherited(InheritedFile file) {
    return new InheritedFile(there(file.file()), file.access(), file.template());
  }

  private Path there(Path file) {
    return files.getOrDefault(file, file);
  }

  private DeviceRecord device(DeviceRecord device) {
    return new DeviceRecord(
        device.id(),
        device.kind(),
        device.name(),
        device.bus(),
        device.nodes().stream().filter(node -> !isBelow(node)).toList());
  }

  /** A copy is a file that stands on nothing. */
  private static ObjectNode node(ObjectNode node) {
    ObjectNode copied = node.deepCopy();
    if (copied.path("backing").isTextual()) {
      copied.putNull("backing");
    }
    if (copied.path("driver").asText().equals("host_device")) {
      copied.put("driver", "file");
    }
    return copied;
  }

  private boolean isOfCopy(Execute execute) {
    return execute.command().equals(BLOCKDEV) && isOfCopy(execute.arguments());
  }

  private boolean isOfCopy(JsonNode node) {
    String name = node.path(NAME).asText();
    return copies.stream()
        .anyMatch(
            copy -> name.equals(copy.disk() + "-file") || name.equals(copy.disk() + "-format"));
  }

  /** Whether it is of what an image here stands on. */
  private boolean isBelow(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return isBelow(pass.opaque());
    }
    return step instanceof Execute execute
        && execute.command().equals(BLOCKDEV)
        && isBelow(execute.arguments().path(NAME).asText());
  }

  private boolean isBelow(String name) {
    return copies.stream().anyMatch(copy -> isBelow(name, copy.disk()));
  }

  /** Whether that is a name of what the image of that disk stands on: no disk has a dot in its. */
  static boolean isBelow(String name, String disk) {
    return name.startsWith(disk + ".");
  }

  private static boolean isOf(PassFile pass, String disk) {
    return pass.opaque().equals(disk + " ro") || pass.opaque().equals(disk + " rw");
  }
}
