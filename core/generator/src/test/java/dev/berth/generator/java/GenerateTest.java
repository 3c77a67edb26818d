package dev.berth.generator.java;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.generator.fact.FactFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java of a small schema, against golden files. {@code -Dgolden.write=true} writes these anew.
 */
final class GenerateTest {
  private static final Path SMALL = Path.of("src/test/resources/small");
  private static final Path GOLDEN = SMALL.resolve("java");

  @TempDir Path output;

  @Test
  void aSmallSchemaBecomesTheGoldenSources() throws IOException {
    generate();
    if (Boolean.getBoolean("golden.write")) {
      write(contents(output));
    }

    assertThat(contents(output)).isEqualTo(contents(GOLDEN));
  }

  @Test
  void nothingIsWrittenWhenNothingHasChanged() throws IOException {
    generate();
    FileTime then = FileTime.from(Instant.EPOCH);
    for (Path file : sources(output)) {
      Files.setLastModifiedTime(file, then);
    }
    Path stamp = output.resolve(".generated-from");
    generate();
    Files.writeString(stamp, "another generator");
    generate();

    for (Path file : sources(output)) {
      assertThat(Files.getLastModifiedTime(file)).isEqualTo(then);
    }
  }

  @Test
  void whatIsNoLongerInTheFactsGoesAway() throws IOException {
    Path old = output.resolve("dev/berth/qapi/block/Old.java");
    Files.createDirectories(old.getParent());
    Files.writeString(old, "class Old {}");
    generate();

    assertThat(old).doesNotExist();
  }

  @Test
  void missingWordsStopNoBuild() throws IOException {
    Path words = Files.createDirectory(output.resolve("words"));
    Generate.write(FactFiles.read(SMALL.resolve("facts")), Words.read(words), new Output(output));

    assertThat(sources(output)).isNotEmpty();
  }

  private void generate() throws IOException {
    Generate.main(new String[] {SMALL.toString(), output.toString()});
  }

  private static void write(Map<String, String> contents) throws IOException {
    for (Map.Entry<String, String> entry : contents.entrySet()) {
      Path file = GOLDEN.resolve(entry.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, entry.getValue());
    }
  }

  private static Map<String, String> contents(Path root) throws IOException {
    var contents = new TreeMap<String, String>();
    for (Path file : sources(root)) {
      // Golden sources are named so that no formatter takes them for ours.
      String name = root.relativize(file).toString().replaceFirst("\\.java(\\.txt)?$", ".java.txt");
      contents.put(name, Files.readString(file));
    }
    return contents;
  }

  private static Iterable<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(f -> f.toString().matches(".*\\.java(\\.txt)?")).sorted().toList();
    }
  }
}
