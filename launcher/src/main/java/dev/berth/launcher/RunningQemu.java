package dev.berth.launcher;

import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import java.time.Duration;
import java.util.Optional;
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
  private final LaunchRecord launch;
  private final ProcessTable table = new ProcessTable();
  private final Executor callbacks;
  private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();
  private final Optional<Long> shim;

  private RunningQemu(Pidfd pidfd, LaunchRecord launch, Executor callbacks) {
    this.pidfd = pidfd;
    this.launch = launch;
    this.callbacks = callbacks;
    this.shim = table.parent(pidfd.pid());
  }

  /**
   * Takes over a proven process.
   *
   * @param pidfd becomes this object's to close
   * @param callbacks completes {@link #exit()}
   */
  static RunningQemu of(Pidfd pidfd, LaunchRecord launch, ProcessWatch watch, Executor callbacks) {
    RunningQemu qemu = new RunningQemu(pidfd, launch, callbacks);
    watch.onEnd(pidfd, () -> qemu.ended(watch));
    return qemu;
  }

  LaunchRecord launch() {
    return launch;
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

  @Override
  public CompletableFuture<ProcessExit> exit() {
    return exit.copy();
  }

  private void ended(ProcessWatch watch) {
    Optional<Pidfd> shell =
        ExitFile.exists(launch.files()) ? Optional.empty() : shim.flatMap(this::openShim);
    if (shell.isEmpty()) {
      complete();
      return;
    }
    watch.onEnd(
        shell.get(),
        EXIT_FILE_LIMIT,
        () -> {
          shell.get().close();
          complete();
        });
  }

  private Optional<Pidfd> openShim(long pid) {
    Optional<Pidfd> shell = Pidfd.open(pid);
    if (shell.isPresent() && !LaunchProcesses.belongsTo(launch, table.commandLine(pid))) {
      shell.get().close();
      return Optional.empty();
    }
    return shell;
  }

  private void complete() {
    exit.completeAsync(() -> ExitFile.read(launch.files()), callbacks);
    pidfd.close();
  }

  /** Lets go of the process, which runs on. Its end will not be noticed any more. */
  @Override
  public void close() {
    pidfd.close();
  }
}
