package dev.berth.stats;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a QEMU tells of its machine. Counters begin when a disk is plugged in.
 *
 * @param takenAt when its answer was there, by the host's clock
 * @param disks the disks of the machine
 * @param balloonBytes memory that the guest has besides its balloon; empty without a balloon
 * @param guestMemory what the guest tells of its memory; empty while it has told nothing
 */
@Api(since = "0.1")
public record QemuStats(
    Instant takenAt,
    List<DiskStats> disks,
    OptionalLong balloonBytes,
    Optional<GuestMemoryStats> guestMemory) {

  /** Copies the list. */
  public QemuStats {
    disks = List.copyOf(disks);
  }
}
