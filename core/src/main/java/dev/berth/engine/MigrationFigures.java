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
    Duration total = Duration.between(job.job().origin().since(), now);
    KeptJob gone = job.with(TOTAL, Long.toString(total.toMillis()));
    return switch (MigrationRow.guest(job)) {
      case RUNNING ->
          gone.with(DOWNTIME, Long.toString(MigrationRow.standing(job, now).toMillis()));
      case PAUSED -> gone; // it stood all the time
    };
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

  private static String format(String words, double number) {
    return String.format(Locale.ROOT, words, number);
  }
}
