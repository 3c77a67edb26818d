package dev.berth.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.definition.Boot.SecureBoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UEFI firmwares that are installed, by their descriptors: in the order of the files' names, of
 * which the first that serves is taken. A file in an earlier directory hides one of the same name
 * in a later one, and an empty file hides without describing anything. Stateless.
 */
final class FirmwareCatalog {
  /** The administrator's descriptors before those of packages, as QEMU's specification has it. */
  static final List<Path> DIRECTORIES =
      List.of(Path.of("/etc/qemu/firmware"), Path.of("/usr/share/qemu/firmware"));

  private static final Logger LOG = LoggerFactory.getLogger(FirmwareCatalog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Path> directories;

  FirmwareCatalog(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /** The first firmware for that versioned machine type and setting. */
  Optional<FirmwareDescriptor> find(String machineType, SecureBoot secureBoot) {
    return descriptors().values().stream()
        .flatMap(file -> read(file).stream())
        .filter(firmware -> firmware.serves(machineType))
        .filter(
            firmware ->
                switch (secureBoot) {
                  case ON -> firmware.isSecure();
                  case OFF -> !firmware.isSecure() && !firmware.requiresSmm();
                })
        .findFirst();
  }

  /** Where descriptors are looked for, for messages. */
  String places() {
    return String.join(" and ", directories.stream().map(Path::toString).toList());
  }

  private Map<String, Path> descriptors() {
    Map<String, Path> files = new TreeMap<>();
    for (Path directory : directories) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
        found.forEach(file -> files.putIfAbsent(file.getFileName().toString(), file));
      } catch (NoSuchFileException none) {
        LOG.debug("There is no {}", directory);
      } catch (IOException | DirectoryIteratorException | UncheckedIOException unreadable) {
        LOG.warn("Cannot read firmware descriptors in {}: {}", directory, unreadable.toString());
      }
    }
    return files;
  }

  private static Optional<FirmwareDescriptor> read(Path file) {
    try {
      return FirmwareDescriptor.read(JSON.readTree(file.toFile()));
    } catch (IOException malformed) {
      LOG.warn("Cannot read firmware descriptor {}: {}", file, malformed.toString());
      return Optional.empty();
    }
  }
}
