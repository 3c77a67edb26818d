package dev.berth.generator.fact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FactFilesTest {
  private static final Path FACTS = Path.of("../src/main/qapi/facts");

  @TempDir Path folder;

  @Test
  void factsAreWrittenAsTheyWereRead() throws IOException {
    List<Definition> facts = FactFiles.read(FACTS);
    FactFiles.write(folder, facts);

    try (Stream<Path> files = Files.list(FACTS)) {
      for (Path file : files.toList()) {
        assertThat(folder.resolve(file.getFileName())).hasSameTextualContentAs(file);
      }
    }
    assertThat(FactFiles.read(folder)).isEqualTo(facts);
  }

  @Test
  void typesThatLookTheSameOnTheWireAreAlike() {
    assertThat(TypeName.parse("uint32").isLike(TypeName.parse("int"))).isTrue();
    assertThat(TypeName.parse("[uint32]").isLike(TypeName.parse("int"))).isFalse();
    assertThat(TypeName.parse("str").isLike(TypeName.parse("int"))).isFalse();
    assertThat(TypeName.parse("[str]").text()).isEqualTo("[str]");
  }

  @Test
  void versionsAreOrderedByTheirNumbers() {
    assertThat(Versions.sorted(List.of("10.0", "5.2", "11.1", "7.2")))
        .containsExactly("5.2", "7.2", "10.0", "11.1");
  }
}
