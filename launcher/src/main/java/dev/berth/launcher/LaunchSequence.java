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
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The steps of a launch: QEMU up, connect, prove the process, assemble. A failure closes the
 * connection; ending processes and removing files is the caller's. A QEMU that hangs up is reported
 * in its own words, whether or not a command was on its way just then.
 */
final class LaunchSequence {
  private final QmpLoop loop;
  private final Function<LaunchRecord, Identity> identify;

  LaunchSequence(QmpLoop loop, Function<LaunchRecord, Identity> identify) {
    this.loop = loop;
    this.identify = identify;
  }

  /** Takes all steps; the machine stands before the guest's first instruction. */
  Machine launch(
      LaunchRecord launch,
      QemuShell shell,
      CommandGate gate,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    LaunchLog log = LaunchLog.from(launch);
    Process waiter = shell.startQemu();
    QmpConnection qmp = connect(launch, waiter, gate, events, deadline, log);
    boolean complete = false;
    try {
      QemuProcess process = prove(launch);
      new MachineAssembler(qmp, deadline).assemble(launch);
      complete = true;
      waiter.destroy(); // the process is watched by its pidfd from here on
      return new Machine(launch, process, qmp);
    } catch (MachineLostException | OutcomeUnknownException lost) {
      throw log.failure(waiter, lost);
    } finally {
      if (!complete) {
        qmp.close();
      }
    }
  }

  private QmpConnection connect(
      LaunchRecord launch,
      Process waiter,
      CommandGate gate,
      QmpEventListener events,
      Deadline deadline,
      LaunchLog log)
      throws InterruptedException {
    CompletableFuture<QmpConnection> connecting =
        loop.connect(
            launch.files().qmpSocket(), deadline.remaining(), waiter.onExit(), events, gate);
    boolean connected = false;
    try {
      QmpConnection qmp = connecting.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      connected = true;
      return qmp;
    } catch (TimeoutException late) {
      throw log.late(late);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof DeadlineExceededException late) {
        throw log.late(late);
      }
      if (failure.getCause() instanceof BerthException known) {
        boolean cutOff =
            known instanceof MachineLostException || known instanceof OutcomeUnknownException;
        throw cutOff ? log.failure(waiter, known) : known;
      }
      throw new IllegalStateException("an unexpected failure to connect", failure.getCause());
    } finally {
      if (!connected) {
        connecting.cancel(false);
      }
    }
  }

  private QemuProcess prove(LaunchRecord launch) {
    Identity identity = identify.apply(launch);
    if (identity instanceof Identity.Alive alive) {
      return alive.process();
    }
    if (identity instanceof Identity.Unprovable doubt) {
      throw new HostFailureException(
          "Cannot start domain '" + launch.subject().name() + "': " + doubt.reason() + ".");
    }
    throw new MachineLostException("QEMU ended right after its start.");
  }
}
