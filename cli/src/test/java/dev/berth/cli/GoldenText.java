package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Expected texts, in {@code src/test/resources}. {@code -Dgolden.refresh=true} replaces them by
 * what there is, to be read as a diff before it is committed.
 */
public final class GoldenText {
  private static final boolean REFRESH = Boolean.getBoolean("golden.refresh");
  private static final Path DIRECTORY = Path.of("src/test/resources/dev/berth/cli");

  private GoldenText() {}

  /** Fails when the text is not the expected one. */
  public static void check(String name, String text) {
    check(DIRECTORY.resolve(name), text);
  }

  /** The same for a file that is kept elsewhere, because people read it. */
  static void check(Path file, String text) {
    try {
      if (REFRESH) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
      }
      assertThat(text).as("%s", file).isEqualTo(Files.readString(file));
    } catch (IOException unreadable) {
      throw new AssertionError("no golden file " + file, unreadable);
    }
  }
}
