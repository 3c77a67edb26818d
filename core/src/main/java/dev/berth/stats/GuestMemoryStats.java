package dev.berth.stats;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * What a guest tells of its memory, by the driver of its balloon. A guest may leave out any of it,
 * and may lie.
 *
 * @param toldAt when it told so last, by the host's clock
 * @param totalBytes all that it can use
 * @param freeBytes what it uses for nothing
 * @param availableBytes what it could use without swapping
 * @param cacheBytes what it uses for caches
 * @param swap what it has swapped since it booted
 * @param faults its page faults since it booted
 */
@Api(since = "0.1")
public record GuestMemoryStats(
    Instant toldAt,
    OptionalLong totalBytes,
    OptionalLong freeBytes,
    OptionalLong availableBytes,
    OptionalLong cacheBytes,
    Swap swap,
    Faults faults) {

  /**
   * What a guest has swapped.
   *
   * @param inBytes from its disks
   * @param outBytes to its disks
   */
  @Api(since = "0.1")
  public record Swap(OptionalLong inBytes, OptionalLong outBytes) {}

  /**
   * Page faults of a guest.
   *
   * @param major those that had to wait for a disk
   * @param minor the others
   */
  @Api(since = "0.1")
  public record Faults(OptionalLong major, OptionalLong minor) {}
}
