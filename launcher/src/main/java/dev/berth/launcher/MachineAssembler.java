package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Takes the steps that complete a machine. Not thread-safe; one for each connection and use. */
final class MachineAssembler {
  private static final Execute RESET =
      new Execute("system_reset", JsonNodeFactory.instance.objectNode());

  private final QmpConnection qmp;
  private final Deadline deadline;

  MachineAssembler(QmpConnection qmp, Deadline deadline) {
    this.qmp = qmp;
    this.deadline = deadline;
  }

  /**
   * Takes the record's steps in order, and resets the machine: only then does the firmware heed the
   * boot order of devices that were added over QMP; the guest, which has not run, does not notice.
   * All is sent before the first reply is awaited, which saves a wait for each; after a refusal the
   * later steps may have been taken too.
   *
   * @throws BerthException naming the domain and the device whose step failed first, with QEMU's
   *     words and a remedy
   */
  void assemble(LaunchRecord launch) throws InterruptedException {
    String cannot = "Cannot start domain '" + launch.subject().name() + "': ";
    try (Expectation reset = qmp.expect(event -> event.name().equals("RESET"))) {
      List<CompletableFuture<@Nullable Void>> replies = new ArrayList<>();
      List<AssemblyStep> steps = new ArrayList<>(launch.assembly());
      steps.add(RESET);
      for (AssemblyStep step : steps) {
        replies.add(send(step, cannot));
      }
      awaitAll(steps, replies, cannot);
      reset.await(deadline);
    }
  }

  private void awaitAll(
      List<AssemblyStep> steps, List<CompletableFuture<@Nullable Void>> replies, String cannot)
      throws InterruptedException {
    for (int i = 0; i < replies.size(); i++) {
      AssemblyStep step = steps.get(i);
      try {
        await(replies.get(i), step);
      } catch (QemuRefusedException refused) {
        throw StartFailure.of(
            cannot + "QEMU refused " + subject(step), refused.description(), refused);
      }
    }
  }

  private CompletableFuture<@Nullable Void> send(AssemblyStep step, String cannot) {
    try {
      if (step instanceof PassFile pass) {
        return passFile(pass);
      }
      return step instanceof PassTap pass
          ? passTap(pass)
          : qmp.send(new Plain(((Execute) step).command(), ((Execute) step).arguments()));
    } catch (HostFailureException failure) {
      throw new HostFailureException(
          cannot + "QEMU cannot be given " + subject(step) + ": " + failure.getMessage() + ".",
          failure);
    }
  }

  /** Our copy of the descriptor is closed as soon as QEMU has its own, whatever happens to us. */
  private CompletableFuture<@Nullable Void> passFile(PassFile pass) {
    PassedDescriptor file = PassedDescriptor.open(pass.file(), pass.access());
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    arguments.put("fdset-id", pass.fdset()).put("opaque", pass.opaque());
    return qmp.send(new Plain("add-fd", arguments), file.descriptor())
        .whenComplete((reply, failure) -> file.close());
  }

  private CompletableFuture<@Nullable Void> passTap(PassTap pass) {
    PassedDescriptor tap = TapDevices.open(pass.tap());
    ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("fdname", pass.name());
    return qmp.send(new Plain("getfd", arguments), tap.descriptor())
        .whenComplete((reply, failure) -> tap.close());
  }

  private void await(CompletableFuture<@Nullable Void> reply, AssemblyStep step)
      throws InterruptedException {
    try {
      reply.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new DeadlineExceededException(
          "QEMU did not take " + subject(step) + " within the deadline.", late);
    } catch (ExecutionException failure) {
      throw asBerthException(failure.getCause());
    }
  }

  private static BerthException asBerthException(Throwable failure) {
    if (failure instanceof BerthException known) {
      return known;
    }
    throw new IllegalStateException("an unexpected failure of a QMP command", failure);
  }

  /** What a step is about, by the definition's names where it has one. */
  private static String subject(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return "disk '" + pass.opaque().replaceFirst(" r[ow]$", "") + "'";
    }
    if (step instanceof PassTap pass) {
      return "network interface '" + pass.nic() + "'";
    }
    Execute execute = (Execute) step;
    if (execute == RESET) {
      return "the reset after its assembly";
    }
    JsonNode arguments = execute.arguments();
    String id = arguments.path("node-name").asText(arguments.path("id").asText());
    if (execute.command().equals("blockdev-add")) {
      return "disk '" + id.replaceFirst("-(file|format)$", "") + "'";
    }
    if (id.startsWith("disk-")) {
      return "disk '" + id.substring("disk-".length()) + "'";
    }
    return id.startsWith("net-") || id.startsWith("nic-")
        ? "network interface '" + id.substring("net-".length()) + "'"
        : "device '" + id + "'";
  }

  /** A command whose reply is of no interest. */
  private record Plain(String command, ObjectNode arguments) implements QmpCommand<@Nullable Void> {
    @Override
    public @Nullable Void decode(JsonNode value) {
      return null;
    }
  }
}
