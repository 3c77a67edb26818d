package dev.berth.engine.step;

/**
 * An end of a machine that a restart policy may have something to say about.
 *
 * @param cause in words, for events
 */
public record Failure(Kind kind, String cause) {

  /** What has failed. */
  public enum Kind {
    /** QEMU exited with an error, or a signal ended it that nobody here sent. */
    QEMU_DIED,
    /** The guest has panicked. */
    GUEST_PANICKED,
    /** QEMU is gone, and nobody knows how it ended. */
    UNKNOWN_END,
    /** The host's own start of the domain came to nothing. */
    START_FAILED
  }
}
