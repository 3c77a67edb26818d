package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a file was that a machine has open, to tell later whether somebody has changed it.
 *
 * @param file absolute path
 * @param bytes its length; 0 for a block device
 * @param modified when it was last written to; the epoch for a block device, which does not tell
 * @param written how much was written to a block device by then, as {@link DeviceWrites} has it
 */
public record ImageState(Path file, long bytes, Instant modified, String written) {
  private static final int TYPE = 0170000;
  private static final int BLOCK_DEVICE = 0060000;

  /** How that file is now; empty when it is none that has content. */
  private static Optional<ImageState> of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.isRegularFile()) {
      return Optional.of(
          new ImageState(file, attributes.size(), attributes.lastModifiedTime().toInstant(), ""));
    }
    int mode = (Integer) Files.getAttribute(file, "unix:mode");
    return (mode & TYPE) == BLOCK_DEVICE
        ? Optional.of(new ImageState(file, 0, Instant.EPOCH, DeviceWrites.of(file)))
        : Optional.empty();
  }

  /**
   * How the files are now that a machine has open by their paths.
   *
   * @throws IOException when one cannot be looked at
   */
  public static List<ImageState> ofMachine(LaunchRecord launch) throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof PassFile pass) {
        files.add(pass.file());
      }
    }
    launch.inherited().stream().map(InheritedFile::file).forEach(files::add);
    List<ImageState> states = new ArrayList<>();
    for (Path file : files) {
      of(file).ifPresent(states::add);
    }
    return List.copyOf(states);
  }

  /**
   * Whether somebody has written to it after a file on the same file system was complete. Other
   * file systems may have other clocks.
   *
   * @throws IOException when one cannot be looked at
   */
  public boolean isLaterThan(Path complete) throws IOException {
    return Files.getFileStore(file).equals(Files.getFileStore(complete))
        && modified.isAfter(Files.getLastModifiedTime(complete).toInstant());
  }

  /** Such states as JSON. */
  public static String text(List<ImageState> states) {
    return Json.text(write(states));
  }

  /**
   * The states that {@link #text} made that from.
   *
   * @throws MalformedReplyException when there are none in it
   */
  public static List<ImageState> read(String text) {
    try {
      return read(Json.elements(Json.read(text)));
    } catch (IOException noJson) {
      throw new MalformedReplyException("no states of images: " + noJson.getMessage());
    }
  }

  static ArrayNode write(List<ImageState> states) {
    ArrayNode all = Json.array();
    for (ImageState state : states) {
      all.addObject()
          .put("file", state.file.toString())
          .put("bytes", state.bytes)
          .put("modified", state.modified.toString())
          .put("written", state.written);
    }
    return all;
  }

  static List<ImageState> read(List<JsonNode> states) {
    return states.stream()
        .map(
            state ->
                new ImageState(
                    Path.of(Json.text(state, "file")),
                    Json.number(state, "bytes"),
                    Instant.parse(Json.text(state, "modified")),
                    Json.optionalText(state, "written").orElse("")))
        .toList();
  }

  /** What speaks against it being as it was; empty when it is. */
  public Optional<String> change() {
    return doubt().or(this::knownChange);
  }

  /** Why it does not tell whether it is as it was; empty when it does. */
  Optional<String> doubt() {
    return isDevice() && !DeviceWrites.areComparable(written, DeviceWrites.of(file))
        ? Optional.of("'" + file + "' is a device, which does not tell whether it was")
        : Optional.empty();
  }

  private boolean isDevice() {
    return modified.equals(Instant.EPOCH);
  }

  /** What is different in one that does tell. */
  Optional<String> knownChange() {
    try {
      Optional<ImageState> now = of(file);
      return now.equals(Optional.of(this))
          ? Optional.empty()
          : Optional.of(
              "'"
                  + file
                  + "' was written to"
                  + now.filter(it -> !it.isDevice()).map(it -> " at " + it.modified()).orElse(""));
    } catch (IOException e) {
      return Optional.of("'" + file + "' cannot be looked at: " + e);
    }
  }
}
