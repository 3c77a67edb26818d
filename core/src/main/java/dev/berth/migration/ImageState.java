package dev.berth.migration;

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
 * @param bytes its length; 0 for a device
 * @param modified when it was last written to; the epoch for a device, which does not tell
 */
public record ImageState(Path file, long bytes, Instant modified) {

  /** How that file is now. */
  static ImageState of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return attributes.isRegularFile()
        ? new ImageState(file, attributes.size(), attributes.lastModifiedTime().toInstant())
        : new ImageState(file, 0, Instant.EPOCH);
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
      states.add(of(file));
    }
    return List.copyOf(states);
  }

  /** What has become of the file since; empty when it is as it was. */
  public Optional<String> change() {
    try {
      ImageState now = of(file);
      return now.equals(this)
          ? Optional.empty()
          : Optional.of("'" + file + "' was written to at " + now.modified());
    } catch (IOException e) {
      return Optional.of("'" + file + "' cannot be looked at: " + e);
    }
  }
}
