package dev.berth.qapi;

/**
 * Why the guest shut down or was reset.
 *
 * <p>QAPI {@code ShutdownCause}, run-state.json. Open: a value that a later QEMU adds is kept as it
 * came.
 *
 * @param value the word on the wire
 */
public record ShutdownCause(String value) {
  /** No cause is known. */
  public static final ShutdownCause NONE = new ShutdownCause("none");

  /** An error on the host. */
  public static final ShutdownCause HOST_ERROR = new ShutdownCause("host-error");

  /** The command {@code quit}. */
  public static final ShutdownCause HOST_QMP_QUIT = new ShutdownCause("host-qmp-quit");

  /** The command {@code system_reset}. */
  public static final ShutdownCause HOST_QMP_SYSTEM_RESET =
      new ShutdownCause("host-qmp-system-reset");

  /** A signal to QEMU, e.g. SIGTERM. */
  public static final ShutdownCause HOST_SIGNAL = new ShutdownCause("host-signal");

  /** Somebody closed the window of a display. */
  public static final ShutdownCause HOST_UI = new ShutdownCause("host-ui");

  /** The guest powered itself off. */
  public static final ShutdownCause GUEST_SHUTDOWN = new ShutdownCause("guest-shutdown");

  /** The guest rebooted, which {@code -no-reboot} turns into a shutdown. */
  public static final ShutdownCause GUEST_RESET = new ShutdownCause("guest-reset");

  /** The guest panicked, which was set to end it. */
  public static final ShutdownCause GUEST_PANIC = new ShutdownCause("guest-panic");

  /** A part of the machine asked for a reset. */
  public static final ShutdownCause SUBSYSTEM_RESET = new ShutdownCause("subsystem-reset");

  /** A snapshot was loaded; since 7.2. */
  public static final ShutdownCause SNAPSHOT_LOAD = new ShutdownCause("snapshot-load");

  @Override
  public String toString() {
    return value;
  }
}
