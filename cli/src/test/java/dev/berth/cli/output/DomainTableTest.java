package dev.berth.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.GoldenText;
import dev.berth.control.DomainCodec;
import dev.berth.control.ResultCodec;
import dev.berth.domain.AgentState;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainSnapshot.RestartSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.domain.StateReason;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DomainTableTest {
  private static final Instant NOW = Instant.parse("2026-11-20T18:00:00Z");
  private static final DomainTable PLAIN = new DomainTable(NOW, Colour.NONE);
  private static final DomainPage PAGE = new DomainPage(NOW, Colour.NONE);
  private static final List<DomainSnapshot> FLEET =
      List.of(running("web-1"), shutoff("web-2"), stalled("db"));

  @Test
  void everyDomainHasARowAndEveryColumnItsWidth() {
    GoldenText.check("list.txt", PLAIN.rows(FLEET) + "\n");
  }

  @Test
  void aColumnThatIsEmptyThroughoutIsLeftOut() {
    GoldenText.check("list-shutoff.txt", PLAIN.rows(List.of(shutoff("web-2"))) + "\n");
  }

  @Test
  void chosenColumnsAreShownInTheirOrderEvenWhenEmpty() {
    List<DomainColumn> columns =
        List.of(DomainColumn.PID, DomainColumn.LABELS, DomainColumn.NAME, DomainColumn.SINCE);

    GoldenText.check("list-columns.txt", PLAIN.rows(FLEET, columns) + "\n");
    assertThat(PLAIN.rows(List.of(shutoff("web-2")), List.of(DomainColumn.PID, DomainColumn.NAME)))
        .isEqualTo("PID  NAME\n     web-2");
  }

  @Test
  void csvHasAHeadingAndQuotesWhatNeedsIt() {
    GoldenText.check("list.csv", PLAIN.csv(FLEET, DomainColumn.FOR_PROGRAMS) + "\n");
    GoldenText.check("list-all.csv", PLAIN.csv(FLEET, List.of(DomainColumn.values())) + "\n");
    assertThat(Csv.line(List.of("a,b", "say \"no\"", "two\nlines", "")))
        .isEqualTo("\"a,b\",\"say \"\"no\"\"\",two?lines,");
  }

  @Test
  void noDomainsGiveTheHeadings() {
    assertThat(PLAIN.rows(List.of())).startsWith("NAME  STATE").doesNotContain("\n");
  }

  @Test
  void jobsThatAreUnderWayAreOnThePage() {
    Job job =
        new Job(
            new JobId("0123456789ab"),
            new Job.Target(JobKind.DETACH_DISK, new UUID(0, 1), new DomainName("web-1"), "data"),
            new Job.Origin("root", Optional.empty(), NOW.minusSeconds(12)),
            new Job.Status(
                JobState.RUNNING,
                "waiting-for-guest",
                Optional.of(Job.Progress.of(0, 1)),
                "",
                Optional.empty()));

    assertThat(PAGE.of(running("web-1"), List.of(job)))
        .contains("0123456789ab, detach-disk 'data', waiting-for-guest 0%, 0 of 1, since ")
        .contains("(12s ago)");
  }

  @Test
  void coloursTakeNoRoom() {
    String painted = new DomainTable(NOW, Colour.ANSI).rows(FLEET);

    assertThat(painted).contains("\u001b[32mrunning\u001b[0m");
    assertThat(painted.replaceAll("\u001b\\[[0-9]*m", "")).isEqualTo(PLAIN.rows(FLEET));
  }

  @Test
  void aPageHasEverythingAboutADomain() {
    GoldenText.check("show.txt", page(stalled("db")) + "\n");
  }

  @Test
  void aPageTellsWhatTheHostIsGoingToDoByItself() {
    assertThat(page(dueToStart(2, Optional.of(NOW.plusSeconds(4)))))
        .contains("\nRestart:     try 2 of 5, at 2026-11-20T18:00:04Z (in 4s)\n");
    assertThat(page(dueToStart(0, Optional.of(NOW.minusSeconds(1)))))
        .contains("\nRestart:     first start since the host has booted, now\n");
    assertThat(page(dueToStart(3, Optional.empty())))
        .contains("\nRestart:     3 of 5 tries used; forgotten after 10 minutes up\n");
    assertThat(PLAIN.rows(List.of(dueToStart(2, Optional.of(NOW.plusSeconds(4))))))
        .endsWith("try 2 of 5, at 2026-11-20T18:00:04Z (in 4s)");
  }

  @Test
  void aPageNamesTheSharesThatAreLost() {
    DomainSnapshot web = running("web");
    MachineSummary machine = web.machine().orElseThrow();
    DomainSnapshot without =
        new DomainSnapshot(
            web.name(),
            web.uuid(),
            web.generation(),
            web.publishedAt(),
            web.status(),
            web.definition(),
            Optional.of(
                new MachineSummary(
                    machine.incarnation(),
                    machine.pid(),
                    machine.qemuVersion(),
                    machine.machineType(),
                    machine.accelerator(),
                    machine.acceleratorReason(),
                    machine.liveness(),
                    machine.livenessSince(),
                    machine.agent(),
                    machine.touched(),
                    List.of("data"))),
            web.operation(),
            web.restart());

    assertThat(page(without))
        .contains("\nLost share:  data (its virtiofsd has ended; back at the next boot)\n");
  }

  @Test
  void escapeSequencesFromQemuDoNotReachTheTerminal() {
    assertThat(page(stalled("db"))).contains("bad?[31mthings").doesNotContain("\u001b");
    assertThat(PLAIN.rows(FLEET)).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @EnumSource(names = {"TABLE", "JSON", "YAML"})
  void aListingIsTheSameInEveryFormat(OutputFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    output(format, out).result(() -> ResultCodec.write(FLEET), () -> PLAIN.rows(FLEET));

    String name = format == OutputFormat.TABLE ? "list.txt" : "list." + format.text();
    GoldenText.check(name, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void severalResultsAreOneJsonObjectALineEach() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Output output = output(OutputFormat.JSON, out);
    for (DomainSnapshot each : FLEET) {
      output.item(() -> DomainCodec.write(each), () -> "");
    }

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("{\"name\":") && line.endsWith("}"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "-5, 0s",
    "59, 59s",
    "60, 1m",
    "185, 3m5s",
    "3600, 1h",
    "7800, 2h10m",
    "86400, 1d",
    "792000, 9d4h"
  })
  void anAgeHasItsTwoLargestUnits(long seconds, String text) {
    assertThat(Age.text(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  private static Output output(OutputFormat format, ByteArrayOutputStream out) {
    return new Output(
        out,
        new ByteArrayOutputStream(),
        new Output.Style(format, Output.Verbosity.NORMAL, Colour.NONE));
  }

  private static String page(DomainSnapshot domain) {
    return PAGE.of(domain, List.of());
  }

  private static DomainSnapshot running(String name) {
    return new DomainSnapshot(
        new DomainName(name),
        UUID.fromString("1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        12,
        NOW.minusSeconds(192),
        DomainStatus.of(DomainState.RUNNING, StateReason.BOOTED, NOW.minusSeconds(192)),
        new DefinitionSummary(3, true, 2, ByteSize.mebibytes(1024), Map.of("tier", "front")),
        Optional.of(machine(4712, Liveness.RESPONSIVE, NOW.minusSeconds(192))),
        Optional.of(new OperationSummary("shutdown", "uid:0(root)", NOW.minusSeconds(4))),
        Optional.empty());
  }

  private static DomainSnapshot shutoff(String name) {
    return new DomainSnapshot(
        new DomainName(name),
        UUID.fromString("2b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        1,
        NOW.minusSeconds(10),
        DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, NOW.minusSeconds(10)),
        new DefinitionSummary(1, false, 1, ByteSize.mebibytes(256), Map.of()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static DomainSnapshot dueToStart(int tries, Optional<Instant> at) {
    DomainSnapshot off = shutoff("mail");
    return new DomainSnapshot(
        off.name(),
        off.uuid(),
        off.generation(),
        off.publishedAt(),
        off.status(),
        off.definition(),
        off.machine(),
        off.operation(),
        Optional.of(new RestartSummary(tries, 5, at)));
  }

  private static DomainSnapshot stalled(String name) {
    return new DomainSnapshot(
        new DomainName(name),
        UUID.fromString("3b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        99,
        NOW.minusSeconds(3700),
        new DomainStatus(
            DomainState.PAUSED,
            StateReason.IOERROR,
            Optional.of("bad\u001b[31mthings on disk 'root'"),
            NOW.minusSeconds(3700)),
        new DefinitionSummary(
            7, false, 16, new ByteSize(3L << 30), Map.of("tier", "back", "owner", "eve")),
        Optional.of(machine(99, Liveness.STALLED, NOW.minusSeconds(75))),
        Optional.empty(),
        Optional.empty());
  }

  private static MachineSummary machine(long pid, Liveness liveness, Instant since) {
    return new MachineSummary(
        "8f0c6e0e9d4b4c4f",
        Optional.of(pid),
        "7.2.22",
        "pc-q35-7.2",
        "tcg",
        "/dev/kvm does not run guest code",
        liveness,
        since,
        AgentState.CONNECTED,
        Optional.empty(),
        List.of());
  }
}
