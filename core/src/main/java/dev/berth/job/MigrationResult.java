package dev.berth.job;

import dev.berth.api.Api;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a migration came to, in figures. What is not known is empty: of one whose end was decided by
 * hand, for one.
 *
 * @param total from its beginning until its guest had gone on at the other host, or the domain was
 *     that host's
 * @param downtime for how long its guest stood, as this host saw it: from when QEMU had it stand
 *     until the other host said that it had gone on
 * @param bytes what QEMU sent, or copied of the images of a domain that was shut off
 * @param rounds how often QEMU went through the memory
 */
@Api(since = "0.1")
public record MigrationResult(
    Optional<Duration> total,
    Optional<Duration> downtime,
    Optional<Long> bytes,
    Optional<Long> rounds) {
  private static final String TOTAL = "totalMillis";
  private static final String DOWNTIME = "downtimeMillis";
  private static final String BYTES = "bytes";
  private static final String ROUNDS = "rounds";

  /** That of a job, which has one if it is a migration that has succeeded. */
  public static Optional<MigrationResult> of(Job job) {
    boolean isComplete =
        job.target().kind() == JobKind.MIGRATION && job.status().state() == JobState.SUCCEEDED;
    Map<String, Long> figures = job.status().figures();
    return isComplete
        ? Optional.of(
            new MigrationResult(
                Optional.ofNullable(figures.get(TOTAL)).map(Duration::ofMillis),
                Optional.ofNullable(figures.get(DOWNTIME)).map(Duration::ofMillis),
                Optional.ofNullable(figures.get(BYTES)),
                Optional.ofNullable(figures.get(ROUNDS))))
        : Optional.empty();
  }

  /** As a job has it. */
  public Map<String, Long> figures() {
    Map<String, Long> figures = new HashMap<>();
    total.ifPresent(time -> figures.put(TOTAL, time.toMillis()));
    downtime.ifPresent(time -> figures.put(DOWNTIME, time.toMillis()));
    bytes.ifPresent(count -> figures.put(BYTES, count));
    rounds.ifPresent(count -> figures.put(ROUNDS, count));
    return figures;
  }
}
