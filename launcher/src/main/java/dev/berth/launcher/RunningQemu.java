package dev.berth.launcher;

import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.ProcessUsage;
import dev.berth.machine.QemuProcess;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A QEMU whose identity was proved, held by its pidfd. Its end is noticed by the kernel's word, at
 * once; then the shell above it is given a moment to write down how it ended.
 */
final class RunningQemu implements QemuProcess, AutoCloseable {
  /** The shell writes within milliseconds; one that was stopped or killed is not waited for. */
  private static final Duration EXIT_FILE_LIMIT = Duration.ofSeconds(1);

  private final Pidfd pidfd;
  private volatile LaunchRecord launch;
  private final ProcessTable table;
  private final Executor callbacks;
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();

  /** One for all who ask: a copy for each would stay as long as the process. */
  private final CompletableFuture<ProcessExit> told = exit.copy();

  private final Optional<Pidfd> shell;

  private RunningQemu(
      Pidfd pidfd,
      Optional<Pidfd> shell,
      LaunchRecord launch,
      ProcessTable table,
      Executor callbacks) {
    this.pidfd = pidfd;
    this.shell = shell;
    this.launch = launch;
    this.table = table;
    this.callbacks = callbacks;
  }

  /**
   * Takes over a proven process.
   *
   * @param pidfd becomes this object's to close
   * @param shell the shell above it; becomes this object's to close. It is held from now on because
   *     at QEMU's end there may be no descriptor left to be had
   * @param callbacks completes {@link #exit()}
   */
  static RunningQemu of(
      Pidfd pidfd,
      Optional<Pidfd> shell,
      LaunchRecord launch,
      ProcessTable table,
      ProcessWatch watch,
      Executor callbacks) {
    RunningQemu qemu = new RunningQemu(pidfd, shell, launch, table, callbacks);
    watch.onEnd(pidfd, () -> qemu.ended(watch));
    return qemu;
  }

  /** The machine's record, as it was last noted. */
  LaunchRecord launch() {
    return launch;
  }

  /** The machine has other devices now. */
  void launch(LaunchRecord changed) {
    launch = changed;
  }

  @Override
  public long pid() {
    return pidfd.pid();
  }

  @Override
  public void terminate() {
    pidfd.signal(Signal.SIGTERM);
  }

  @Override
  public void kill() {
    pidfd.signal(Signal.SIGKILL);
  }

  @Override
  public Condition condition() {
    if (exit.isDone()) {
      return Condition.GONE;
    }
    char state = table.state(pid()).orElse('X');
    if (state == 'Z' || state == 'X' || !pidfd.isAlive()) {
      return Condition.GONE;
    }
    return state == 'T' || state == 't' ? Condition.STOPPED : Condition.ALIVE;
  }

  /** Read first, and believed when the pidfd says that it was still this process. */
  @Override
  public Optional<ProcessUsage> usage(Set<Long> threads) {
    Optional<ProcessUsage> usage = table.usage(pid(), threads);
    return exit.isDone() || !pidfd.isAlive() ? Optional.empty() : usage;
  }

  @Override
  public CompletableFuture<ProcessExit> exit() {
    return told;
  }

  private void ended(ProcessWatch watch) {
    boolean waiting = false;
    try {
      if (shell.isPresent() && !ExitFile.exists(launch.files())) {
        watch.onEnd(shell.get(), EXIT_FILE_LIMIT, this::complete);
        waiting = true;
      }
    } finally {
      if (!waiting) { // whatever went wrong, QEMU is gone
        complete();
      }
    }
  }

  private void complete() {
    try {
      exit.completeAsync(() -> ExitFile.read(launch.files()), callbacks);
    } finally {
      close();
    }
  }

  /** Lets go of the process, which runs on. Its end will not be noticed any more. */
  @Override
  public void close() {
    pidfd.close();
    shell.ifPresent(Pidfd::close);
  }
}
