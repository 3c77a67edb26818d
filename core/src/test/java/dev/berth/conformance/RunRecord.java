package dev.berth.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What all scenarios made one version of QEMU do, as it stands in the tree. The full run compares
 * it with what it sees; {@code -Dgolden.refresh=true} writes that down instead.
 */
final class RunRecord {
  /** The versions of which there is a record, oldest first. */
  static final List<String> VERSIONS = List.of("5.2", "7.2", "10.0", "11.1");

  private static final Path FOLDER = Path.of("src/test/resources/dev/berth/conformance");

  private RunRecord() {}

  /** What is on record for that version. */
  static Set<Ran> of(String version) {
    try (InputStream in = RunRecord.class.getResourceAsStream("ran-" + version + ".tsv")) {
      return in == null
          ? new TreeSet<>()
          : read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is on record for that version and scenario. */
  static Set<Ran> of(String version, String scenario) {
    return of(version).stream()
        .filter(ran -> ran.scenario().equals(scenario))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Puts that on record in place of what that scenario had there. */
  static void replace(String version, String scenario, Set<Ran> lines) throws IOException {
    Path file = FOLDER.resolve("ran-" + version + ".tsv");
    Set<Ran> all = Files.exists(file) ? read(Files.readString(file)) : new TreeSet<>();
    all.removeIf(ran -> ran.scenario().equals(scenario));
    all.addAll(lines);
    Files.createDirectories(FOLDER);
    Files.writeString(
        file, all.stream().map(Ran::line).collect(Collectors.joining("\n", "", "\n")));
  }

  private static Set<Ran> read(String text) {
    return text.lines().map(Ran::read).collect(Collectors.toCollection(TreeSet::new));
  }
}
