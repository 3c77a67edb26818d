package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTrimmerTest {
  private static final ByteSize LIMIT = new ByteSize(1000);

  @TempDir Path directory;

  @Test
  void aLogWithinItsLimitIsLeftAlone() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "x".repeat(1000));

    LogTrimmer.trim(log, LIMIT);

    assertThat(log).hasSize(1000);
  }

  @Test
  void aLongLogKeepsItsNewerHalfFromALineOn() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), lines(0, 200));

    LogTrimmer.trim(log, LIMIT);

    assertThat(Files.readString(log)).isEqualTo(lines(200 - 49, 200));
  }

  @Test
  void aLogWithoutLinesIsCutToo() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "a".repeat(900) + "b".repeat(500));

    LogTrimmer.trim(log, LIMIT);

    assertThat(log).hasContent("b".repeat(500));
  }

  @Test
  void whoAppendsGoesOnWhereTheLogEndsNow() throws Exception {
    Path log = directory.resolve("log");
    try (OutputStream writer = new FileOutputStream(log.toFile(), true)) {
      writer.write(lines(0, 200).getBytes(StandardCharsets.UTF_8));
      LogTrimmer.trim(log, LIMIT);
      writer.write("after\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(Files.readString(log)).isEqualTo(lines(200 - 49, 200) + "after\n");
  }

  @Test
  void aLogThatIsNotThereIsNoError() {
    LogTrimmer.trim(directory.resolve("log"), LIMIT);

    assertThat(directory).isEmptyDirectory();
  }

  /** Lines of ten bytes each. */
  private static String lines(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(String.format("line %04d%n", i));
    }
    return lines.toString();
  }
}
