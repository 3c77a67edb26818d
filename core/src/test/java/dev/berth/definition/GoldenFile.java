package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file in the tree that is generated from code, and compared with what the code says now. */
final class GoldenFile {
  private static final boolean REFRESH = Boolean.getBoolean("golden.refresh");

  private GoldenFile() {}

  /** Compares the file, given from the root of the tree; or writes it when asked to refresh. */
  static void check(String pathFromRoot, String generated) throws IOException {
    Path file = inTree(pathFromRoot);
    if (REFRESH) {
      Files.writeString(file, generated);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as(
            "%s is out of date; refresh it and read the difference:%n"
                + "  mvn -pl core test -Dtest='dev.berth.definition.*Test' -Dgolden.refresh=true",
            pathFromRoot)
        .isEqualTo(generated);
  }

  /** A path from the root of the tree; Maven runs tests in the module's directory. */
  static Path inTree(String pathFromRoot) {
    return Path.of("..").resolve(pathFromRoot).toAbsolutePath().normalize();
  }
}
