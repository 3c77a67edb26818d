package dev.berth.engine.migration;

import dev.berth.host.MigrationLimit;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What QEMU says of a migration, in words. Pure. */
public final class MigrationWords {
  private static final double MEBIBYTE = 1 << 20;

  /** Of every machine type that there is here. */
  private static final long USUAL_PAGE = 4096;

  private static final Duration LONG_FOR_NOTHING = Duration.ofSeconds(5);

  private MigrationWords() {}

  /**
   * How it goes.
   *
   * @param idle for how long nothing was sent
   * @param isEndless whether it does not come to an end as it is
   * @param limit what ends it then, if it has a limit
   */
  public static String of(
      MigrationInfo info, Duration idle, boolean isEndless, Optional<MigrationLimit> limit) {
    return isEndless ? endless(limit) + "; " + of(info, idle) : of(info, idle);
  }

  /** How one goes whose time is over. */
  public static String forced(MigrationInfo info, Duration idle) {
    return "its time is over, and its guest stands as soon as QEMU can have it stand; "
        + of(info, idle);
  }

  private static String endless(Optional<MigrationLimit> limit) {
    return "at this pace it does not come to an end, for the guest writes as much as is sent: "
        + limit
            .map(
                bound ->
                    switch (bound.then()) {
                      case CANCEL -> "its time limit ends it, ";
                      case PAUSE_GUEST -> "its time limit has the guest stand for it, ";
                    })
            .orElse("")
        + "'vmctl migration set' gives it more speed, or lets the guest stand for longer; else"
        + " cancel it, and migrate with --throttle-guest";
  }

  private static String of(MigrationInfo info, Duration idle) {
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
