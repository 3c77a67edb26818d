package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.DiskLatencies;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.NicLink;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Takes the steps that complete a machine. Not thread-safe; one for each connection and use. */
final class MachineAssembler {
  static final String ADD_OBJECT = "object-add";

  private static final Execute RESET =
      new Execute("system_reset", JsonNodeFactory.instance.objectNode());

  private final QmpConnection qmp;
  private final HeldResources held;
  private final Deadline deadline;
  private final ShareServers shares;

  MachineAssembler(QmpConnection qmp, HeldResources held, Deadline deadline, ShareServers shares) {
    this.qmp = qmp;
    this.held = held;
    this.deadline = deadline;
    this.shares = shares;
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
    String cannot = launch.cannotStart() + ": ";
    if (launch.isStandIn()) { // which has no firmware, and not every QEMU tells of its reset
      take(launch, launch.assembly(), cannot);
      return;
    }
    try (Expectation reset = qmp.expect(event -> event.name().equals("RESET"))) {
      List<AssemblyStep> steps = new ArrayList<>(launch.assembly());
      steps.add(RESET);
      take(launch, steps, cannot);
      reset.await(deadline);
    }
  }

  /**
   * Takes the record's steps in order, on a machine that is to load a state: that has what a reset
   * would set.
   */
  void assembleForState(LaunchRecord launch) throws InterruptedException {
    take(launch, launch.assembly(), "Cannot restore domain '" + launch.subject().name() + "': ");
  }

  /**
   * Takes those steps on a machine that runs; sent and refused as at its assembly.
   *
   * @param launch the machine's record
   * @param cannot how messages begin
   */
  void take(LaunchRecord launch, List<AssemblyStep> steps, String cannot)
      throws InterruptedException {
    List<CompletableFuture<@Nullable Void>> replies = new ArrayList<>();
    for (AssemblyStep step : steps) {
      if (step instanceof ServeShare serve) {
        shares.start(launch, serve, deadline, cannot);
        replies.add(CompletableFuture.completedFuture(null));
      } else {
        replies.add(send(step, cannot));
      }
    }
    awaitAll(launch, steps, replies, cannot);
  }

  private void awaitAll(
      LaunchRecord launch,
      List<AssemblyStep> steps,
      List<CompletableFuture<@Nullable Void>> replies,
      String cannot)
      throws InterruptedException {
    for (int i = 0; i < replies.size(); i++) {
      AssemblyStep step = steps.get(i);
      try {
        await(replies.get(i), step);
      } catch (QemuRefusedException refused) {
        String words = refused.description();
        String holders =
            StartFailure.isAboutLock(words) ? ImageHolders.of(launch, steps, step) : "";
        throw StartFailure.of(
            cannot + "QEMU refused " + subject(step),
            StartFailure.trimmed(words) + holders,
            refused);
      }
    }
  }

  private CompletableFuture<@Nullable Void> send(AssemblyStep step, String cannot) {
    try {
      if (step instanceof PassFile pass) {
        return addFile(
            PassedDescriptor.open(pass.file(), pass.access()), pass.fdset(), pass.opaque());
      }
      if (step instanceof PassGivenFile pass) {
        GivenFile file = GivenFile.of(given(held.descriptor(pass.resource()), step));
        return addFile(PassedDescriptor.anew(file, pass.access()), pass.fdset(), pass.opaque());
      }
      if (step instanceof AddSecret add) {
        return addSecret(add);
      }
      if (step instanceof PassTap pass) {
        return passNamed(pass.name(), TapDevices.open(pass.tap(), held));
      }
      return step instanceof PassVhost pass
          ? passNamed(pass.name(), PassedDescriptor.open(pass.device(), FileAccess.READ_WRITE))
          : qmp.send(new Plain(((Execute) step).command(), ((Execute) step).arguments()));
    } catch (HostFailureException failure) {
      throw new HostFailureException(
          cannot + "QEMU cannot be given " + subject(step) + ": " + failure.getMessage() + ".",
          failure);
    }
  }

  /** Our copy of the descriptor is closed as soon as QEMU has its own, whatever happens to us. */
  private CompletableFuture<@Nullable Void> addFile(
      PassedDescriptor file, int fdset, String opaque) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    arguments.put("fdset-id", fdset).put("opaque", opaque);
    return qmp.send(new Plain("add-fd", arguments), file.descriptor())
        .whenComplete((reply, failure) -> file.close());
  }

  /** The value goes from memory to QEMU's memory: into no record, command line or log. */
  private CompletableFuture<@Nullable Void> addSecret(AddSecret add) {
    byte[] secret = given(held.secret(add.resource()), add);
    return qmp.send(new Plain(ADD_OBJECT, secretObject(add, secret)));
  }

  /** The arguments that give QEMU a secret. */
  static ObjectNode secretObject(AddSecret add, byte[] secret) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("qom-type", "secret")
        .put("id", add.id())
        .put("format", "base64")
        .put("data", Base64.getEncoder().encodeToString(secret));
  }

  private static <T> T given(Optional<T> resource, AssemblyStep step) {
    return resource.orElseThrow(
        () -> new IllegalStateException("a launch without what it was planned with: " + step));
  }

  private CompletableFuture<@Nullable Void> passNamed(String name, PassedDescriptor device) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("fdname", name);
    return qmp.send(new Plain("getfd", arguments), device.descriptor())
        .whenComplete((reply, failure) -> device.close());
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
      return image(pass.opaque().replaceFirst(" r[ow]$", ""));
    }
    if (step instanceof PassGivenFile pass) {
      return "disk '" + pass.opaque().replaceFirst(" r[ow]$", "") + "'";
    }
    if (step instanceof AddSecret add) {
      return "the secret of disk '" + add.disk() + "'";
    }
    if (step instanceof PassTap pass) {
      return "network interface '" + pass.nic() + "'";
    }
    if (step instanceof PassVhost pass) {
      return "the vhost-net of network interface '" + pass.nic() + "'";
    }
    if (step instanceof ServeShare serve) {
      return "share '" + serve.share() + "'";
    }
    Execute execute = (Execute) step;
    if (execute == RESET) {
      return "the reset after its assembly";
    }
    JsonNode arguments = execute.arguments();
    if (execute.command().equals(NicLink.COMMAND)) {
      return "the link of '" + arguments.path("name").asText() + "'";
    }
    if (execute.command().equals(DiskThrottle.COMMAND)) {
      return "the limits of '" + arguments.path("id").asText() + "'";
    }
    if (execute.command().equals(DiskLatencies.COMMAND)) {
      return "the latency histogram of '" + arguments.path("id").asText() + "'";
    }
    if (MediumPlan.isStep(execute)) {
      return "the medium";
    }
    String id = arguments.path("node-name").asText(arguments.path("id").asText());
    if (execute.command().equals("blockdev-add")) {
      return image(id.replaceFirst("-(file|format)$", ""));
    }
    if (id.startsWith("share-")) {
      return "share '" + id.substring("share-".length()) + "'";
    }
    if (id.startsWith("channel-")) {
      return "channel '" + id.substring("channel-".length()) + "'";
    }
    if (id.startsWith("serial-")) {
      return "serial port '" + id.substring("serial-".length()) + "'";
    }
    if (id.startsWith("disk-")) {
      return "disk '" + id.substring("disk-".length()) + "'";
    }
    return id.startsWith("net-") || id.startsWith("nic-")
        ? "network interface '" + id.substring("net-".length()) + "'"
        : "device '" + id + "'";
  }

  /** An image, by what the names of its nodes begin with. */
  private static String image(String stem) {
    int dot = stem.indexOf('.');
    return dot < 0 ? "disk '" + stem + "'" : "what disk '" + stem.substring(0, dot) + "' stands on";
  }

  /** A command whose reply is of no interest. */
  private record Plain(String command, ObjectNode arguments) implements QmpCommand<@Nullable Void> {
    /** Without the arguments, which may be a secret. */
    @Override
    public String toString() {
      return command;
    }

    @Override
    public @Nullable Void decode(JsonNode value) {
      return null;
    }
  }
}
