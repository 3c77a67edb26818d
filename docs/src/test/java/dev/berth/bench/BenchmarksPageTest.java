package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchmarksPageTest {
  @TempDir private Path directory;

  @Test
  void newResultsTakeTheOldOnesPlaceAndTheRestStays() throws IOException {
    Path file = directory.resolve("page.md");
    String before = "# Page\n" + BenchmarksPage.BEGIN + "\nold\n" + BenchmarksPage.END + "\nend\n";
    Files.writeString(file, before);

    new BenchmarksPage(file).replace("new");

    assertThat(file).hasContent(before.replace("old", "new"));
  }

  @Test
  void aPageWithoutAPlaceForResultsIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("page.md"), "# Page\n");

    assertThatThrownBy(() -> new BenchmarksPage(file).replace("new"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no place for results");
    assertThat(file).hasContent("# Page\n");
  }

  @Test
  void thePublishedPageHasAPlaceForResults() throws IOException {
    Path published = Path.of("..", "docs", "benchmarks.md");
    Path copy = Files.copy(published, directory.resolve("benchmarks.md"));

    new BenchmarksPage(copy).replace("measured");

    assertThat(copy).content().contains("measured");
  }

  @Test
  void aTableSaysWhetherTargetsAreMet() {
    Estimate ratio = new Estimate(1.25, 1.2, 1.4);
    Result slow =
        new Result(
            "round trip",
            Unit.MICROSECONDS,
            new Estimate(125, 120, 130),
            Optional.of(new Result.Bare(new Estimate(100, 90, 110), ratio)),
            new Target.RatioAtMost(1.2));
    Result small =
        Result.alone(
            "memory", Unit.MEBIBYTES, Estimate.exactly(90), new Target.AtMost(200, Unit.MEBIBYTES));

    assertThat(new ResultTable(List.of(slow, small)).markdown())
        .contains(
            "| round trip | 125.0 µs (120.0–130.0) | 100.0 µs (90.0–110.0) | 1.25 (1.20–1.40)"
                + " | ≤ 1.2 × | no |",
            "| memory | 90 MiB |  |  | ≤ 200 MiB | yes |");
  }
}
