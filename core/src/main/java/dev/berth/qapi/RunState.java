package dev.berth.qapi;

/**
 * What QEMU says the guest is doing.
 *
 * <p>QAPI {@code RunState}, run-state.json. Open: a value that a later QEMU adds is kept as it
 * came.
 *
 * @param value the word on the wire
 */
public record RunState(String value) {
  /** Stopped by a debugger. */
  public static final RunState DEBUG = new RunState("debug");

  /** Waiting for an incoming migration. */
  public static final RunState INMIGRATE = new RunState("inmigrate");

  /** Stopped: an error in QEMU or KVM that QEMU cannot handle. */
  public static final RunState INTERNAL_ERROR = new RunState("internal-error");

  /** Stopped: a disk failed and was set to stop the guest. */
  public static final RunState IO_ERROR = new RunState("io-error");

  /** Stopped by {@code stop}. */
  public static final RunState PAUSED = new RunState("paused");

  /** Stopped: migrated away. */
  public static final RunState POSTMIGRATE = new RunState("postmigrate");

  /** Started with {@code -S} and never run. */
  public static final RunState PRELAUNCH = new RunState("prelaunch");

  /** Stopped for the last part of a migration. */
  public static final RunState FINISH_MIGRATE = new RunState("finish-migrate");

  /** Stopped while a saved state is restored. */
  public static final RunState RESTORE_VM = new RunState("restore-vm");

  /** The guest runs. */
  public static final RunState RUNNING = new RunState("running");

  /** Stopped while its state is saved. */
  public static final RunState SAVE_VM = new RunState("save-vm");

  /** The guest has shut down, and QEMU was told to stay. */
  public static final RunState SHUTDOWN = new RunState("shutdown");

  /** The guest sleeps (ACPI S3). */
  public static final RunState SUSPENDED = new RunState("suspended");

  /** Stopped by the watchdog. */
  public static final RunState WATCHDOG = new RunState("watchdog");

  /** Stopped: the guest reported a panic. */
  public static final RunState GUEST_PANICKED = new RunState("guest-panicked");

  /** Being a COLO secondary. */
  public static final RunState COLO = new RunState("colo");

  @Override
  public String toString() {
    return value;
  }
}
