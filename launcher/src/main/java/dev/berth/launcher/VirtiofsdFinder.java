package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the virtiofsd of this host by the descriptors of vhost-user back ends (QEMU's {@code
 * docs/interop/vhost-user.json}), of which the first that serves file systems is taken, in the
 * order of the files' names. Asked anew for each plan with shares: it may be replaced meanwhile.
 * Stateless.
 */
final class VirtiofsdFinder {
  /** The administrator's descriptors before those of packages, as QEMU's specification has it. */
  static final List<Path> DIRECTORIES =
      List.of(Path.of("/etc/qemu/vhost-user"), Path.of("/usr/share/qemu/vhost-user"));

  private static final Logger LOG = LoggerFactory.getLogger(VirtiofsdFinder.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final List<Path> directories;

  VirtiofsdFinder(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /**
   * What is installed, if anything is.
   *
   * @throws InterruptedException when the caller is interrupted while it tells its version
   */
  Optional<Virtiofsd> find() throws InterruptedException {
    Optional<Path> binary = binary();
    if (binary.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Virtiofsd.of(binary.get(), ask(binary.get(), "--version"), ask(binary.get(), "--help")));
  }

  /** Where it is, if it is installed. */
  Optional<Path> binary() {
    Map<String, Path> descriptors = new TreeMap<>();
    for (Path directory : directories) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
        found.forEach(file -> descriptors.putIfAbsent(file.getFileName().toString(), file));
      } catch (NoSuchFileException none) {
        LOG.debug("There is no {}", directory);
      } catch (IOException | DirectoryIteratorException unreadable) {
        LOG.warn("Cannot read descriptors in {}: {}", directory, unreadable.toString());
      }
    }
    return descriptors.values().stream().flatMap(file -> read(file).stream()).findFirst();
  }

  /** Where descriptors are looked for, for messages. */
  String places() {
    return String.join(" and ", directories.stream().map(Path::toString).toList());
  }

  private static Optional<Path> read(Path file) {
    try {
      JsonNode descriptor = JSON.readTree(file.toFile());
      String binary = descriptor.path("binary").asText();
      return descriptor.path("type").asText().equals("fs")
              && binary.startsWith("/")
              && Files.isExecutable(Path.of(binary))
          ? Optional.of(Path.of(binary))
          : Optional.empty();
    } catch (IOException malformed) {
      LOG.warn("Cannot read descriptor {}: {}", file, malformed.toString());
      return Optional.empty();
    }
  }

  private static String ask(Path binary, String option) throws InterruptedException {
    try {
      ShortRun.Result result = ShortRun.of(List.of(binary.toString(), option), "", LIMIT);
      return result.output() + result.errors();
    } catch (HostFailureException notRun) {
      LOG.warn("Cannot run {} {}: {}", binary, option, notRun.getMessage());
      return "";
    }
  }
}
