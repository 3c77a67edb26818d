package dev.berth.engine.migration;

import dev.berth.migration.SourceRules.Qemu;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStats;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether QEMU gets anything to the target, of one migration: a connection may be dead long before
 * the kernel gives it up. Used in the driver's turns.
 */
public final class SendingWatch {
  private long transferred = -1;
  private Instant since = Instant.EPOCH;

  /** For how long it has been sending at that moment, and nothing was sent. */
  public Duration idle(Qemu qemu, MigrationInfo info, Instant now) {
    long sent = info.ram().map(MigrationStats::transferred).orElse(0L);
    if (qemu != Qemu.SENDING || sent != transferred) {
      transferred = sent;
      since = now;
    }
    return Duration.between(since, now);
  }
}
