package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file in the tree that is generated from code, and compared with what the code says now. */
public final class GoldenFile {
  private static final boolean REFRESH = Boolean.getBoolean("golden.refresh");

  private GoldenFile() {}

  /** Compares the file, given from the root of the tree; or writes it when asked to refresh. */
  public static void check(String pathFromRoot, String generated) throws IOException {
    Path file = inTree(pathFromRoot);
    if (REFRESH) {
      Files.writeString(file, generated);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as(
            "%s is out of date; refresh it and read the difference:%n"
                + "  mvn -pl core -am test -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest='dev.berth.definition.*Test,CoveragePageTest' -Dgolden.refresh=true",
            pathFromRoot)
        .isEqualTo(generated);
  }

  /** A path from the root of the tree; Maven runs tests in the module's directory. */
  public static Path inTree(String pathFromRoot) {
    return Path.of("..").resolve(pathFromRoot).toAbsolutePath().normalize();
  }
}
