package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.machine.AssemblyStep.FileKey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was found out about images, by the names of their disks.
 *
 * @param protocols QEMU's driver for what each is kept in; {@code file} for one that is not there
 * @param given which files the start is given
 * @param below what each stands on, the nearest first
 */
record ImageFacts(
    Map<String, String> protocols, Map<String, FileKey> given, Map<String, List<Layer>> below) {
  static final String IN_FILE = "file";

  /**
   * An image that others stand on.
   *
   * @param file absolute path
   * @param format its format, as the header of the image above it says
   * @param protocol QEMU's driver for what it is kept in
   */
  record Layer(Path file, DiskFormat format, String protocol) {}

  /** Nothing yet. */
  static ImageFacts none() {
    return new ImageFacts(new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  String protocol(Disk disk) {
    return protocols.getOrDefault(disk.name(), IN_FILE);
  }

  FileKey given(Disk disk) {
    return Objects.requireNonNull(given.get(disk.name()), disk.name());
  }

  List<Layer> below(Disk disk) {
    return below.getOrDefault(disk.name(), List.of());
  }
}
