package dev.berth.launcher;

import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who else has an image open that QEMU cannot lock: as far as this host's user may see, and as the
 * kernel names it. Asks no file system, which might not answer.
 */
final class ImageHolders {
  private static final String GUEST = "guest=";
  private static final int MOST = 3;

  private final ProcessTable table;

  ImageHolders(ProcessTable table) {
    this.table = table;
  }

  /** What to add to QEMU's words about a step of a launch; empty when nobody is found. */
  static String of(LaunchRecord launch, List<AssemblyStep> steps, AssemblyStep refused) {
    Optional<Path> image = image(steps, refused).or(() -> image(launch.assembly(), refused));
    if (image.isEmpty()) {
      return "";
    }
    try (ProcessTable table = new ProcessTable()) {
      List<String> holders = new ImageHolders(table).of(image.get(), launch.incarnation());
      return holders.isEmpty() ? "" : " (it is open in " + String.join(", ", holders) + ")";
    }
  }

  /** The file behind the node that a step makes; its nodes are named as the notes of its fdset. */
  private static Optional<Path> image(List<AssemblyStep> steps, AssemblyStep refused) {
    if (!(refused instanceof Execute execute)) {
      return Optional.empty();
    }
    String node = execute.arguments().path("node-name").asText();
    String image = node.replaceFirst("-(file|format)$", "");
    return steps.stream()
        .filter(PassFile.class::isInstance)
        .map(PassFile.class::cast)
        .filter(pass -> pass.opaque().replaceFirst(" r[ow]$", "").equals(image))
        .map(PassFile::file)
        .findFirst();
  }

  /**
   * The processes that have a file open, a few of them, each as a phrase.
   *
   * @param own the incarnation whose own processes do not count
   */
  List<String> of(Path file, String own) {
    Path image;
    try {
      image = file.toRealPath();
    } catch (IOException gone) {
      return List.of();
    }
    List<String> holders = new ArrayList<>();
    for (long pid : table.pids()) {
      if (pid != ProcessHandle.current().pid()
          && holders.size() < MOST
          && table.holds(pid, image)) {
        List<String> command = table.commandLine(pid).orElse(List.of());
        if (command.stream().noneMatch(word -> word.contains(own))) {
          holders.add("process " + pid + named(command));
        }
      }
    }
    return holders;
  }

  private static String named(List<String> command) {
    if (command.isEmpty()) {
      return "";
    }
    String guest =
        command.stream()
            .filter(word -> word.startsWith(GUEST))
            .map(word -> " of domain '" + word.substring(GUEST.length()).split(",", 2)[0] + "'")
            .findFirst()
            .orElse("");
    return ", " + Path.of(command.get(0)).getFileName() + guest;
  }
}
