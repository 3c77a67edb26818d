package dev.berth.launcher;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.CommandGate;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnecting;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The steps of a launch: QEMU up, connect, prove the process, assemble. QEMU writes its pidfile
 * before it listens, so the proof is made while it is still busy with itself. A failure closes the
 * connection; ending processes and removing files is the caller's. A QEMU that hangs up is reported
 * in its own words, whether or not a command was on its way just then.
 */
final class LaunchSequence {
  private static final int ENDING_LIMIT_MILLIS = 1000;

  private final QmpLoop loop;
  private final Function<LaunchRecord, Identity> identify;

  /** What is done once the machine answers. */
  @FunctionalInterface
  interface Completion {
    void take(QmpConnection qmp) throws InterruptedException;
  }

  LaunchSequence(QmpLoop loop, Function<LaunchRecord, Identity> identify) {
    this.loop = loop;
    this.identify = identify;
  }

  /** Takes all steps; the guest stands. */
  Machine launch(
      LaunchRecord launch,
      Completion completion,
      QemuShell shell,
      CommandGate gate,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    LaunchLog log = LaunchLog.from(launch);
    Process waiter = shell.startQemu();
    QmpConnecting connecting =
        loop.connecting(
            launch.files().qmpSocket(), deadline.remaining(), waiter.onExit(), events, gate);
    boolean complete = false;
    try {
      await(connecting.accepted(), deadline, log);
      QemuProcess process = prove(launch, waiter);
      QmpConnection qmp = await(connecting.usable(), deadline, log);
      completion.take(qmp);
      complete = true;
      waiter.destroy(); // the process is watched by its pidfd from here on
      return new Machine(launch, process, qmp);
    } catch (MachineLostException | OutcomeUnknownException lost) {
      throw log.failure(waiter, lost);
    } finally {
      if (!complete) {
        connecting.abandon();
      }
    }
  }

  private static <T> T await(CompletableFuture<T> stage, Deadline deadline, LaunchLog log)
      throws InterruptedException {
    try {
      return stage.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw log.late(late);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof DeadlineExceededException late) {
        throw log.late(late);
      }
      if (failure.getCause() instanceof BerthException known) {
        throw known;
      }
      throw new IllegalStateException("an unexpected failure to connect", failure.getCause());
    }
  }

  /** A QEMU on its way out has lost its command line, and still holds its pidfile's lock. */
  private QemuProcess prove(LaunchRecord launch, Process waiter) throws InterruptedException {
    Identity identity = identify.apply(launch);
    if (identity instanceof Identity.Alive alive) {
      return alive.process();
    }
    if (identity instanceof Identity.Unprovable doubt
        && !waiter.waitFor(ENDING_LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new HostFailureException(launch.cannotStart() + ": " + doubt.reason() + ".");
    }
    throw new MachineLostException("QEMU ended right after its start.");
  }
}
