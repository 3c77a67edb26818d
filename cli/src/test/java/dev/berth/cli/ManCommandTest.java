package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManCommandTest {
  private static final Path PAGE = Path.of("../docs/man/vmctl.1");

  @TempDir Path directory;

  @Test
  void thePageInTheDocumentationIsTheOneThatIsPrinted() {
    GoldenText.check(PAGE, Shell.alone().run("man").out());
  }

  @Test
  void everyCommandHasItsPart() {
    String page = Shell.alone().run("man").out();

    for (CommandName command : CommandName.values()) {
      String name = String.join(" ", command.words()).replace("-", "\\-");
      assertThat(page).containsPattern("(?m)^\\.SS \"vmctl \\Q" + name + "\\E[ \"]");
    }
    assertThat(page).contains("\\fB\\-\\-destroy\\-after\\fR\n", ".SH \"EXIT STATUS\"");
  }

  @Test
  void groffSetsThePageWithoutAComplaint() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "groff is not installed");
    Path page = Files.writeString(directory.resolve("vmctl.1"), Shell.alone().run("man").out());

    Path complaints = directory.resolve("complaints");
    Process groff =
        new ProcessBuilder("groff", "-man", "-ww", "-Tascii", "-P-cbou", page.toString())
            .redirectError(complaints.toFile())
            .start();
    String set = new String(groff.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

    assertThat(groff.waitFor()).isZero();
    assertThat(complaints).isEmptyFile();
    assertThat(set)
        .contains("\nEXIT STATUS\n", "   vmctl daemon stop [--timeout=DURATION]\n")
        .contains("pattern  such  as");
  }
}
