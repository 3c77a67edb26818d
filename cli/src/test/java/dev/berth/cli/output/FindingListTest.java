package dev.berth.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.GoldenText;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FindingListTest {
  private static final List<Finding> FINDINGS =
      List.of(
          Finding.ok("qemu", "/usr/bin/qemu-system-x86_64 7.2.22, used for new machines"),
          Finding.note("accelerator", "tcg: bad\u001b[31mthings", "see the firmware"),
          Finding.problem("settings", "two lines:\nheartbeat: wrong", "mend\nthem"));

  @Test
  void aFindingIsALineWithItsRemedyBelow() {
    GoldenText.check("doctor.txt", new FindingList(FINDINGS, Colour.NONE).lines() + "\n");
  }

  @Test
  void coloursTakeNoRoom() {
    String painted = new FindingList(FINDINGS, Colour.ANSI).lines();

    assertThat(painted).contains("\u001b[31mproblem\u001b[0m");
    assertThat(painted.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(new FindingList(FINDINGS, Colour.NONE).lines());
  }

  @Test
  void theWorstVerdictIsThatOfTheWhole() {
    assertThat(new FindingList(FINDINGS, Colour.NONE).worst()).isEqualTo(Verdict.PROBLEM);
    assertThat(new FindingList(FINDINGS.subList(0, 2), Colour.NONE).worst())
        .isEqualTo(Verdict.NOTE);
    assertThat(new FindingList(List.of(), Colour.NONE).worst()).isEqualTo(Verdict.OK);
  }
}
