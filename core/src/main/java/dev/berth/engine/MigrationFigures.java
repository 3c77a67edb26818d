package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.job.MigrationResult;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStats;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** What a migration comes to, as facts of its row until it has ended. Pure. */
final class MigrationFigures {
  private static final String SENT_BYTES = "sentBytes";
  private static final String ROUNDS = "rounds";
  private static final String DOWNTIME = "stoodMillis";
  private static final String TOTAL = "totalMillis";
  private static final double MEBIBYTE = 1 << 20;

  private MigrationFigures() {}

  /** The row, of which QEMU has sent everything. */
  static KeptJob sent(KeptJob job, MigrationInfo info) {
    KeptJob next = job;
    for (MigrationStats ram : info.ram().stream().toList()) {
      next = next.with(SENT_BYTES, Long.toString(ram.transferred()));
      next = next.with(ROUNDS, ram.dirtySyncCount().map(it -> Long.toString(it)).orElse(""));
    }
    return next;
  }

  /** The row, whose guest has gone on at the other host. */
  static KeptJob gone(KeptJob job, Instant now) {
    KeptJob gone = moved(job, now);
    return switch (MigrationRow.guest(job)) {
      case RUNNING ->
          gone.with(DOWNTIME, Long.toString(MigrationRow.standing(job, now).toMillis()));
      case PAUSED -> gone; // it stood all the time
    };
  }

  /** The row of a domain without a machine, of whose images so much was copied. */
  static KeptJob copied(KeptJob job, long bytes) {
    return job.with(SENT_BYTES, Long.toString(bytes));
  }

  /** The row of a domain without a machine that is the other host's. */
  static KeptJob moved(KeptJob job, Instant now) {
    return job.with(
        TOTAL, Long.toString(Duration.between(job.job().origin().since(), now).toMillis()));
  }

  static MigrationResult of(KeptJob job) {
    return new MigrationResult(
        number(job, TOTAL).map(Duration::ofMillis),
        number(job, DOWNTIME).map(Duration::ofMillis),
        number(job, SENT_BYTES),
        number(job, ROUNDS));
  }

  private static Optional<Long> number(KeptJob job, String fact) {
    return job.fact(fact).isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(job.fact(fact)));
  }

  /** The same in words. */
  static String words(KeptJob job) {
    MigrationResult result = of(job);
    StringBuilder words =
        new StringBuilder(
            result
                .downtime()
                .map(it -> "the guest stood for " + it.toMillis() + " ms")
                .orElse("the guest is paused there, as it was here"));
    result.bytes().ifPresent(it -> words.append(format("; %.1f MiB were sent", it / MEBIBYTE)));
    result.rounds().ifPresent(it -> words.append(" in ").append(it).append(" rounds"));
    result.total().ifPresent(it -> words.append(format(", %.1f s in all", it.toMillis() / 1000.0)));
    return words.toString();
  }

  /** The same of a domain without a machine that has taken its images along. */
  static String wordsOfImages(KeptJob job) {
    MigrationResult result = of(job);
    StringBuilder words = new StringBuilder("its images were copied");
    result.bytes().ifPresent(it -> words.append(format(", %.1f MiB", it / MEBIBYTE)));
    result.total().ifPresent(it -> words.append(format(", %.1f s in all", it.toMillis() / 1000.0)));
    return words.toString();
  }

  private static String format(String words, double number) {
    return String.format(Locale.ROOT, words, number);
  }
}
