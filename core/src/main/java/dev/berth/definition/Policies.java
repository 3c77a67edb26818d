package dev.berth.definition;

/**
 * What the host does with a domain by itself.
 *
 * @param autostart whether it is started when the host has booted
 * @param restart after which ends of its machine it is started again
 * @param shutdownOrder its place when all guests are shut down, 0 to 999: lower ones first, equal
 *     ones together
 */
public record Policies(Autostart autostart, Restart restart, int shutdownOrder) {
  /** The place of a domain that has not been given one. */
  static final int MIDDLE = 500;

  /** Nothing happens by itself. */
  public static final Policies NONE = new Policies(Autostart.NEVER, Restart.NEVER, MIDDLE);

  /** When a domain is started without being asked for. */
  public enum Autostart {
    /** Never. */
    NEVER,
    /** When the host opens for the first time after the machine it runs on has booted. */
    ONCE_PER_BOOT
  }

  /** After which ends a domain is started again. A guest's own power-off is never one of them. */
  public enum Restart {
    /** After none. */
    NEVER,
    /** When QEMU died or the guest panicked. */
    ON_FAILURE,
    /**
     * Also when QEMU is gone and nobody knows how it ended, as after a power cut: it may have ended
     * as it should.
     */
    ON_FAILURE_OR_UNKNOWN
  }
}
