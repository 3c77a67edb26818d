package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.berth.qapi.qom.QomGet;
import dev.berth.qapi.qom.QomSet;
import dev.berth.stats.GuestMemoryStats;
import dev.berth.stats.GuestMemoryStats.Faults;
import dev.berth.stats.GuestMemoryStats.Swap;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a guest's balloon tells of its memory: the property {@code guest-stats} of {@code
 * virtio-balloon-pci}. QEMU has the guest tell it each so many seconds once it was told to, also
 * when no host is there. Pure.
 */
public final class GuestMemory {
  private static final String BALLOON = "/machine/peripheral/balloon";

  private GuestMemory() {}

  /** Has the guest tell at least so often. */
  static QomSet tellEvery(Duration interval) {
    return new QomSet(
        BALLOON,
        "guest-stats-polling-interval",
        LongNode.valueOf(Math.max(1, interval.toSeconds())));
  }

  /** Asks what the guest has told last. */
  static QomGet question() {
    return new QomGet(BALLOON, "guest-stats");
  }

  /** What it has told; empty when that is nothing yet. */
  static Optional<GuestMemoryStats> of(JsonNode told) {
    long since = told.path("last-update").asLong();
    if (since <= 0 || since > Instant.MAX.getEpochSecond()) {
      return Optional.empty();
    }
    JsonNode stats = told.path("stats");
    return Optional.of(
        new GuestMemoryStats(
            Instant.ofEpochSecond(since),
            number(stats, "stat-total-memory"),
            number(stats, "stat-free-memory"),
            number(stats, "stat-available-memory"),
            number(stats, "stat-disk-caches"),
            new Swap(number(stats, "stat-swap-in"), number(stats, "stat-swap-out")),
            new Faults(number(stats, "stat-major-faults"), number(stats, "stat-minor-faults"))));
  }

  /** QEMU has all ones for what the guest has left out. */
  private static OptionalLong number(JsonNode stats, String member) {
    JsonNode value = stats.path(member);
    return value.canConvertToLong() && value.asLong() >= 0
        ? OptionalLong.of(value.asLong())
        : OptionalLong.empty();
  }
}
