package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/recovery.md} has the decisions that {@link MigrationFaultsTest} and {@link
 * CutLinkTest} hold hosts to.
 */
final class MigrationFaultsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "recovery.md");

  @Test
  void thePageHasTheMatrix() throws IOException {
    assertHas("the faults of a migration", MigrationFault.page());
  }

  @Test
  void thePageHasTheMatrixOfCutLinks() throws IOException {
    assertHas("the faults of a network", CutLink.page());
  }

  private static void assertHas(String name, List<String> matrix) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int begin = lines.indexOf("<!-- " + name + " -->") + 1;
    int end = lines.indexOf("<!-- end of " + name + " -->");
    assertThat(begin).as(name).isPositive();
    if (Boolean.getBoolean("golden.refresh")) {
      List<String> fresh = new ArrayList<>(lines.subList(0, begin));
      fresh.addAll(matrix);
      fresh.addAll(lines.subList(end, lines.size()));
      Files.write(PAGE, fresh);
      return;
    }
    assertThat(lines.subList(begin, end))
        .as(
            "the matrix: mvn -pl config -am test -Dtest=MigrationFaultsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.refresh=true")
        .isEqualTo(matrix);
  }
}
