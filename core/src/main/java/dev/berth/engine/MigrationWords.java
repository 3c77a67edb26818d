package dev.berth.engine;

import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What QEMU says of a migration, in words. Pure. */
final class MigrationWords {
  private static final double MEBIBYTE = 1 << 20;

  /** Of every machine type that there is here. */
  private static final long USUAL_PAGE = 4096;

  private static final Duration LONG_FOR_NOTHING = Duration.ofSeconds(5);

  private MigrationWords() {}

  /**
   * How it goes.
   *
   * @param idle for how long nothing was sent
   */
  static String of(MigrationInfo info, Duration idle) {
    List<String> words = new ArrayList<>();
    if (idle.compareTo(LONG_FOR_NOTHING) >= 0) {
      words.add("nothing was sent for " + idle.toSeconds() + " s");
    }
    info.ram().flatMap(MigrationStats::dirtySyncCount).ifPresent(it -> words.add("round " + it));
    info.ram()
        .flatMap(
            ram ->
                ram.dirtyPagesRate()
                    .filter(pages -> pages > 0)
                    .map(pages -> pages * ram.pageSize().orElse(USUAL_PAGE)))
        .ifPresent(
            bytes ->
                words.add(
                    String.format(Locale.ROOT, "the guest writes %.1f MiB/s", bytes / MEBIBYTE)));
    info.expectedDowntime().ifPresent(it -> words.add("expected to stand for " + it + " ms"));
    info.cpuThrottlePercentage()
        .filter(it -> it > 0)
        .ifPresent(it -> words.add("its CPUs slowed down by " + it + " %"));
    return String.join(", ", words);
  }
}
