package dev.berth.machine;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A QEMU process that is provably a machine of ours. Thread-safe. Signals reach only the very
 * process whose identity was checked, never another that got its pid.
 */
public interface QemuProcess {

  /** The process id. */
  long pid();

  /** Asks QEMU to end cleanly (SIGTERM). A process that is already gone is no error. */
  void terminate();

  /** Ends QEMU at once (SIGKILL). A process that is already gone is no error. */
  void kill();

  /** What the kernel says of the process now. */
  Condition condition();

  /**
   * What the process uses, and which CPU time those of its threads have used; empty when it is
   * gone. Never waits for the process.
   */
  Optional<ProcessUsage> usage(Set<Long> threads);

  /**
   * Completes once the process is gone (a zombie counts as gone), with what is known of its end.
   */
  CompletableFuture<ProcessExit> exit();

  /** The kernel's view of a process. */
  enum Condition {
    /** Running or sleeping. */
    ALIVE,
    /** Stopped by a signal or a debugger. */
    STOPPED,
    /** Gone, or a zombie. */
    GONE
  }
}
