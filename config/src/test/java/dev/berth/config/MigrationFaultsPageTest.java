package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/recovery.md} has the decisions that {@link MigrationFaultsTest} holds hosts to. */
final class MigrationFaultsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "recovery.md");
  private static final String BEGIN = "<!-- the faults of a migration -->";
  private static final String END = "<!-- end of the faults of a migration -->";

  @Test
  void thePageHasTheMatrix() throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int begin = lines.indexOf(BEGIN) + 1;
    int end = lines.indexOf(END);
    assertThat(begin).as(BEGIN).isPositive();
    if (Boolean.getBoolean("golden.refresh")) {
      List<String> fresh = new ArrayList<>(lines.subList(0, begin));
      fresh.addAll(MigrationFault.page());
      fresh.addAll(lines.subList(end, lines.size()));
      Files.write(PAGE, fresh);
      return;
    }
    assertThat(lines.subList(begin, end))
        .as(
            "the matrix: mvn -pl config -am test -Dtest=MigrationFaultsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.refresh=true")
        .isEqualTo(MigrationFault.page());
  }
}
