package dev.berth.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainName;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class JobProgressTest {
  private static final long MIB = 1 << 20;

  @Test
  void bytesHaveTheirRateAndTheTimeToGo() {
    Job job =
        dump(
            Optional.of(
                new Progress(
                    512 * MIB,
                    2048 * MIB,
                    Optional.of(123_456_789L),
                    Optional.of(Duration.ofSeconds(73)))));

    assertThat(JobProgress.text(job)).isEqualTo("25%, 512MiB of 2GiB, 118MiB/s, 1m13s to go");
    assertThat(JobProgress.bar(job))
        .startsWith("[" + "#".repeat(7) + " ".repeat(23) + "] 25%, 512MiB");
  }

  @Test
  void whatIsNotKnownIsNotSaid() {
    assertThat(JobProgress.text(dump(Optional.empty()))).isEmpty();
    assertThat(JobProgress.bar(dump(Optional.empty()))).endsWith("] writing");
    assertThat(JobProgress.text(dump(Optional.of(Progress.of(0, 0))))).isEqualTo("0%, 0B of 0B");
    assertThat(JobProgress.text(dump(Optional.of(Progress.of(1536, 1000)))))
        .isEqualTo("100%, 1.5KiB of 1000B");
  }

  private static Job dump(Optional<Progress> progress) {
    return new Job(
        new JobId("0123456789ab"),
        new Job.Target(
            JobKind.DUMP_MEMORY, new UUID(0, 1), new DomainName("web"), "/var/tmp/web.elf"),
        new Job.Origin("root", Optional.empty(), Instant.EPOCH),
        new Job.Status(JobState.RUNNING, "writing", progress, "", Optional.empty()));
  }
}
