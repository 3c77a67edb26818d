package dev.berth.domain;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How fast a disk may be. Disks of one group share its limits: what one of them uses, the others
 * have not.
 *
 * @param bytes limits in bytes
 * @param operations limits in requests, whatever their size
 * @param group name of the group, of this domain; empty for limits of the disk's own
 */
@Api(since = "0.1")
public record Throttle(Rates bytes, Rates operations, Optional<String> group) {
  /** No limits. */
  public static final Throttle NONE =
      new Throttle(Rates.UNLIMITED, Rates.UNLIMITED, Optional.empty());

  private static final Pattern GROUP = Pattern.compile("[a-z][a-z0-9-]{0,19}");

  /**
   * Checked limits.
   *
   * @throws InvalidRequestException when the group's name is none, or it has no limits
   */
  public Throttle {
    if (group.isPresent() && !GROUP.matcher(group.get()).matches()) {
      throw new InvalidRequestException(
          "throttle: a group has a name of 1 to 20 of a-z 0-9 - beginning with a letter.");
    }
    if (group.isPresent() && !bytes.isLimited() && !operations.isLimited()) {
      throw new InvalidRequestException(
          "throttle: a group shares limits: give some, or leave the group out.");
    }
  }

  /** Whether a disk with these limits and one with those are of one group. */
  public boolean sharesWith(Throttle other) {
    return group.isPresent() && group.equals(other.group);
  }

  /** Whether anything is limited. */
  public boolean isLimited() {
    return bytes.isLimited() || operations.isLimited();
  }

  /**
   * Limits on the whole, or on reads and writes each; both at once QEMU does not take.
   *
   * @param total of reads and writes together
   * @param read of reads
   * @param write of writes
   */
  public record Rates(Rate total, Rate read, Rate write) {
    /** No limits. */
    public static final Rates UNLIMITED = new Rates(Rate.UNLIMITED, Rate.UNLIMITED, Rate.UNLIMITED);

    /**
     * Checked limits.
     *
     * @throws InvalidRequestException when the whole and a part of it are limited
     */
    public Rates {
      if (total.isLimited() && (read.isLimited() || write.isLimited())) {
        throw new InvalidRequestException(
            "throttle: limit the total, or reads and writes each; both at once is not possible.");
      }
    }

    /** A limit on the whole. */
    public static Rates ofTotal(Rate total) {
      return new Rates(total, Rate.UNLIMITED, Rate.UNLIMITED);
    }

    /** Whether anything is limited. */
    public boolean isLimited() {
      return all().stream().anyMatch(Rate::isLimited);
    }

    /** Total, read, write. */
    public List<Rate> all() {
      return Stream.of(total, read, write).toList();
    }
  }

  /**
   * One limit.
   *
   * @param perSecond on average; 0 for no limit
   * @param burst how much a second may have for a while; 0 for no more than on average
   * @param burstSeconds for how long, after a time of rest
   */
  public record Rate(long perSecond, long burst, int burstSeconds) {
    /** QEMU's own limit, of a rate and of what a burst adds up to. */
    public static final long MOST = 1_000_000_000_000_000L;

    /** No limit. */
    public static final Rate UNLIMITED = new Rate(0, 0, 1);

    /**
     * A checked limit.
     *
     * @throws InvalidRequestException when QEMU could not keep it
     */
    public Rate {
      Optional<String> objection = objection(perSecond, burst, burstSeconds);
      if (objection.isPresent()) {
        throw new InvalidRequestException("throttle: " + objection.get() + ".");
      }
    }

    /** That much a second, and never more. */
    public static Rate of(long perSecond) {
      return new Rate(perSecond, 0, 1);
    }

    /** What is wrong with such a limit, if anything is. */
    public static Optional<String> objection(long perSecond, long burst, int burstSeconds) {
      if (perSecond < 0 || burst < 0 || perSecond > MOST || burst > MOST) {
        return Optional.of("a rate is 0 to " + MOST);
      }
      if (burst > 0 && burst < perSecond) {
        return Optional.of("a burst is no less than the rate");
      }
      if (burst > 0 && perSecond == 0) {
        return Optional.of("a burst needs a rate");
      }
      if (burstSeconds < 1 || burst == 0 && burstSeconds > 1) {
        return Optional.of("a burst lasts a second at least, and what lasts longer needs a burst");
      }
      return burst > 0 && burstSeconds > MOST / burst
          ? Optional.of("a burst adds up to " + MOST + " at most: make it shorter")
          : Optional.empty();
    }

    /** Whether it limits anything. */
    public boolean isLimited() {
      return perSecond > 0;
    }
  }
}
