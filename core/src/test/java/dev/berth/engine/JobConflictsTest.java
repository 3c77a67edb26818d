package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.berth.domain.DomainName;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Verb;
import dev.berth.error.BusyException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class JobConflictsTest {
  private static final Path PAGE = Path.of("..", "docs", "jobs.md");
  private static final Instant NOW = Instant.parse("2026-11-20T10:15:42Z");

  @Test
  void theTableOnThePageIsTheOneInForce() throws IOException {
    String heading =
        Arrays.stream(Verb.values())
            .map(Verb::text)
            .collect(Collectors.joining(" | ", "| while this goes on | ", " |"));
    List<String> rows =
        Arrays.stream(JobKind.values())
            .filter(kind -> kind != JobKind.UNKNOWN)
            .map(JobConflictsTest::row)
            .toList();

    List<String> page = Files.readAllLines(PAGE);

    int place = page.indexOf(heading);
    assertThat(place).as("in %s: %s", PAGE, heading).isNotNegative();
    assertThat(page.subList(place + 2, place + 2 + rows.size())).isEqualTo(rows);
    assertThat(page.get(place + 2 + rows.size())).isEmpty();
  }

  private static String row(JobKind kind) {
    return Arrays.stream(Verb.values())
        .map(verb -> JobConflicts.between(kind, verb).text())
        .collect(Collectors.joining(" | ", "| `" + kind.text() + "` | ", " |"));
  }

  @Test
  void aRefusalNamesTheJobAndItsAge() {
    KeptJob job = job("data");

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> JobConflicts.check(List.of(job), Verb.ATTACH_DISK, "data", NOW))
        .withMessageContaining("job " + job.job().id())
        .withMessageContaining("for 12 s");
  }

  @Test
  void whatIsAboutAnotherDiskGoesAhead() {
    assertThatNoException()
        .isThrownBy(() -> JobConflicts.check(List.of(job("data")), Verb.DETACH_DISK, "more", NOW));
  }

  @Test
  void aRefusalTellsHowLongTheJobTakesYet() {
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(
                JobKind.DUMP_MEMORY, new UUID(0, 1), new DomainName("web"), "/var/tmp/web.elf"),
            new Job.Origin("root", Optional.empty(), NOW.minusSeconds(30)),
            new Job.Status(
                JobState.RUNNING,
                "writing",
                Optional.of(
                    new Job.Progress(3, 4, Optional.of(1L), Optional.of(Duration.ofSeconds(10)))),
                "",
                Optional.empty()));

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () -> JobConflicts.check(List.of(new KeptJob(job, Map.of())), Verb.RESUME, "", NOW))
        .withMessageContaining("has been under way for 30 s, and takes some 10 s yet.");
  }

  @Test
  void aBackupKeepsADomainFromStartingThatHadNoMachineAtItsBeginning() {
    Job backup =
        new Job(
            JobId.random(),
            new Job.Target(JobKind.BACKUP, new UUID(0, 1), new DomainName("web"), "first"),
            new Job.Origin("api", Optional.empty(), NOW),
            BackupRow.running("sealing", Optional.empty(), ""));
    KeptJob ofMachine = new KeptJob(backup, Map.of());
    KeptJob whileStopped = new KeptJob(backup, Map.of("stand-in", "{}"));

    assertThatNoException()
        .isThrownBy(() -> JobConflicts.check(List.of(ofMachine), Verb.START, "", NOW));
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> JobConflicts.check(List.of(whileStopped), Verb.START, "", NOW))
        .withMessageContaining("backup 'first'");
  }

  private static KeptJob job(String disk) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(JobKind.DETACH_DISK, new UUID(0, 1), new DomainName("web"), disk),
            new Job.Origin("api", Optional.empty(), NOW.minusSeconds(12)),
            Detachments.begun()),
        Map.of());
  }
}
