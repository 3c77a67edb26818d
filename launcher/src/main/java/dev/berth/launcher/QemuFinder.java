package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the QEMU that runs machines: the first usable one of the settings' list, and without a list
 * the first {@code qemu-system-x86_64} of the search path. Thread-safe.
 */
final class QemuFinder {
  private static final String NAME = "qemu-system-x86_64";
  private static final String KIND = "capabilities";

  private final List<Path> configured;
  private final String searchPath;
  private final QemuProbe probe;
  private final HostCache cache;
  private final Map<FileIdentity, QemuInstall> known = new ConcurrentHashMap<>();

  QemuFinder(List<Path> configured, String searchPath, QemuProbe probe, HostCache cache) {
    this.configured = List.copyOf(configured);
    this.searchPath = searchPath;
    this.probe = probe;
    this.cache = cache;
  }

  /**
   * The QEMU to start machines with, probed.
   *
   * @throws HostFailureException when there is none, naming what was tried and why it did not do
   * @throws InterruptedException when the caller is interrupted while a binary is probed
   */
  QemuInstall find() throws InterruptedException {
    List<String> obstacles = new ArrayList<>();
    for (Path candidate : candidates()) {
      try {
        return examine(candidate);
      } catch (HostFailureException unusable) {
        obstacles.add(unusable.getMessage());
      }
    }
    throw new HostFailureException(
        obstacles.isEmpty() ? missing() : String.join(System.lineSeparator(), obstacles));
  }

  /**
   * Every QEMU that {@link #find} could come to, in its order, probed. Names of one file count
   * once.
   *
   * @throws InterruptedException when the caller is interrupted while a binary is probed
   */
  List<Candidate> survey() throws InterruptedException {
    List<Candidate> all = new ArrayList<>();
    Set<Path> seen = new HashSet<>();
    for (Path candidate : candidates()) {
      try {
        QemuInstall install = examine(candidate);
        if (seen.add(install.identity().path())) {
          all.add(new Candidate(candidate, Optional.of(install), ""));
        }
      } catch (HostFailureException unusable) {
        all.add(new Candidate(candidate, Optional.empty(), String.valueOf(unusable.getMessage())));
      }
    }
    return all;
  }

  /**
   * A QEMU to choose from.
   *
   * @param binary its path, as it was named
   * @param install what it is; empty when it cannot be used
   * @param obstacle why it cannot be used
   */
  record Candidate(Path binary, Optional<QemuInstall> install, String obstacle) {}

  /** Whether that is one that {@link #find} could come to, by any of its names. */
  boolean couldFind(Path binary) {
    return candidates().stream().anyMatch(candidate -> isSame(candidate, binary));
  }

  private static boolean isSame(Path candidate, Path binary) {
    try {
      return candidate.equals(binary) || Files.isSameFile(candidate, binary);
    } catch (IOException notThere) {
      return false;
    }
  }

  /** The binaries examined so far, as they were last found. */
  List<QemuInstall> examined() {
    return List.copyOf(known.values());
  }

  private List<Path> candidates() {
    if (!configured.isEmpty()) {
      return configured;
    }
    List<Path> found = new ArrayList<>();
    for (String directory : searchPath.split(":")) {
      if (directory.startsWith("/") && Files.exists(Path.of(directory, NAME))) {
        found.add(Path.of(directory, NAME));
      }
    }
    return found;
  }

  private QemuInstall examine(Path binary) throws InterruptedException {
    FileIdentity identity = identity(binary);
    QemuInstall install = known.get(identity);
    if (install != null) {
      return install;
    }
    QemuInstall examined = new QemuInstall(binary, identity, capabilities(binary, identity));
    known.keySet().removeIf(other -> other.path().equals(identity.path()));
    known.put(identity, examined);
    return examined;
  }

  private QemuCapabilities capabilities(Path binary, FileIdentity identity)
      throws InterruptedException {
    String key = CapabilityCodec.FORMAT + " " + identity.text();
    Optional<JsonNode> remembered = cache.find(KIND, identity.path(), key);
    if (remembered.isPresent()) {
      return CapabilityCodec.read(remembered.get());
    }
    QemuProbe.Answers answers = probe.probe(binary);
    SchemaShelf.keep(cache, identity, answers.capabilities().version(), answers.schema());
    cache.store(KIND, identity.path(), key, CapabilityCodec.write(answers.capabilities()));
    return answers.capabilities();
  }

  private static FileIdentity identity(Path binary) {
    if (!binary.isAbsolute()) {
      throw unusable(binary, "its path is not absolute");
    }
    if (!Files.exists(binary)) {
      throw unusable(binary, "there is no such file");
    }
    if (!Files.isRegularFile(binary)) {
      throw unusable(binary, "it is not a file");
    }
    if (!Files.isExecutable(binary)) {
      throw unusable(binary, "it is not executable");
    }
    try {
      return FileIdentity.of(binary);
    } catch (IOException failure) {
      throw unusable(binary, failure.toString());
    }
  }

  private static HostFailureException unusable(Path binary, String why) {
    return new HostFailureException(
        "Cannot use "
            + binary
            + " as QEMU: "
            + why
            + ". Install qemu-system-x86, or name another binary in the settings.");
  }

  private String missing() {
    return "There is no "
        + NAME
        + " on the search path ("
        + searchPath
        + "). Install qemu-system-x86, or name the binary in the settings.";
  }
}
