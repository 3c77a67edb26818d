package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Plugging;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.PluggedDevice;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verbs on a domain's devices: what of them is about the definition is done here, what is about the
 * machine by {@link Attachments} and {@link Detachments}. Runs in the driver's turns.
 */
final class DeviceVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Attachments attachments;
  private final Detachments detachments;
  private final MachineVerbs verbs;
  private final Requests requests;

  DeviceVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      Attachments attachments,
      Detachments detachments,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.attachments = attachments;
    this.detachments = detachments;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Adds a device; what is given for it is the operation's own once it has begun. */
  CompletionStage<?> attach(
      Pluggable device,
      EditScope scope,
      HeldResources held,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    Plugging words = Plugging.of(device.kind());
    JobConflicts.check(ledger.jobs().running(), words.attach(), device.name(), host.now());
    Optional<DomainDefinition> edited =
        scope == EditScope.LIVE ? Optional.empty() : Optional.of(edited(device));
    if (isAboutMachine(scope)) {
      requests.admit(words.attach(), device.name());
      if (isPlugged(device)) {
        throw taken(device, "its machine has");
      }
      ledger
          .launch()
          .ifPresent(
              it -> IothreadRules.checkServed(device, it, ledger.jobs().running(), host.now()));
      return verbs.onLiveMachine(
          words.attach(),
          hasDeadline,
          active -> {
            attachments.begin(active, device, scope, held, actor, answer);
            return Mailbox.DONE;
          });
    }
    Step step = DefinitionSteps.redefine(Step.by(actor), edited.orElseThrow(), ledger.revision());
    return ledger
        .request(step)
        .thenRun(() -> answer.complete(keeper.changed("the definition; there is no machine")))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  private boolean isPlugged(Pluggable device) {
    return ledger
        .launch()
        .filter(it -> PluggedDevice.exists(it, device.kind(), device.name()))
        .isPresent();
  }

  private DomainDefinition edited(Pluggable device) {
    DomainDefinition definition = ledger.definition();
    if (device.kind().isIn(definition, device.name())) {
      throw taken(device, "its definition has");
    }
    try {
      DomainDefinition edited = device.addedTo(definition);
      DefinitionReader.check(edited);
      return edited;
    } catch (InvalidDefinitionException invalid) {
      throw DeviceDocument.problems(device, invalid.problems());
    }
  }

  private AlreadyExistsException taken(Pluggable device, String who) {
    String kind = device.kind().text();
    return new AlreadyExistsException(
        "Cannot attach "
            + kind
            + " '"
            + device.name()
            + "' to domain '"
            + ledger.name()
            + "': "
            + who
            + (device.kind() == DeviceKind.DEVICE
                ? " one. Detach that one first."
                : " a " + kind + " of that name. Choose another name, or detach that one first."));
  }

  /** Takes a device out. */
  CompletionStage<?> detach(
      DeviceKind kind,
      String name,
      EditScope scope,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Plugging words = Plugging.of(kind);
    Map<String, String> about = Map.of(Detachments.SCOPE, scope.name());
    Optional<Job> same = ledger.jobs().same(options, words.job(), name, about);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    JobConflicts.check(ledger.jobs().running(), words.detach(), name, host.now());
    Optional<PluggedDevice> plugged = Optional.empty();
    if (isAboutMachine(scope)) {
      requests.admit(words.detach(), name);
      plugged = plugged(kind, name);
    }
    boolean defined = scope != EditScope.LIVE && kind.isIn(ledger.definition(), name);
    if (defined) {
      DefinitionReader.check(kind.removedFrom(ledger.definition(), name));
    }
    if (plugged.isEmpty() && !defined) {
      throw new NotFoundException(
          "Domain '"
              + ledger.name()
              + "' has no "
              + kind.text()
              + " '"
              + name
              + "' there. See 'vmctl "
              + words.noun()
              + " list'.");
    }
    if (plugged.isEmpty()) {
      return fromDefinition(kind, name, options, actor, answer);
    }
    KeptJob job = job(kind, name, options, actor, Detachments.begun(), facts(plugged.get(), scope));
    return verbs.onLiveMachine(
        words.detach(), hasDeadline, active -> begin(active, job, actor, answer));
  }

  /** A device of the machine that it can let go; empty when the machine has none of the name. */
  private Optional<PluggedDevice> plugged(DeviceKind kind, String name) {
    LaunchRecord launch = ledger.launch().orElseThrow();
    Optional<PluggedDevice> plugged = PluggedDevice.find(launch, kind, name);
    String cannot =
        String.format(
            "Cannot detach %s '%s' from domain '%s' while it runs: ",
            kind.text(), name, ledger.name());
    if (plugged.isEmpty() && PluggedDevice.exists(launch, kind, name)) {
      throw new UnsupportedException(
          cannot
              + "it is on a bus that lets nothing go then. Change the definition only, which takes effect at"
              + " the next boot.");
    }
    if (plugged.filter(device -> device.isBootedFrom(launch)).isPresent()) {
      throw new InvalidStateException(
          cannot
              + "the machine boots from it. Shut the domain down first, or change the definition"
              + " only, which takes effect at the next boot.");
    }
    if (plugged.filter(device -> isUsedByOthers(launch, device)).isPresent()) {
      throw new InvalidStateException(
          cannot + "others are plugged into it. Detach these first: 'vmctl device list'.");
    }
    plugged.ifPresent(device -> IothreadRules.checkFree(launch, device, cannot));
    return plugged;
  }

  private static boolean isUsedByOthers(LaunchRecord launch, PluggedDevice plugged) {
    String bus = plugged.device().id() + ".0";
    return launch.devices().stream().anyMatch(other -> other.bus().equals(bus));
  }

  private CompletionStage<?> begin(
      Lifecycle.Active active, KeptJob job, String actor, CompletableFuture<Job> answer) {
    return ledger
        .request(started(Step.by(actor), job))
        .thenRun(
            () -> {
              answer.complete(job.job());
              detachments.begin(active, job.job().id());
            })
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /** No guest has to be asked, so the job begins and ends in one step. */
  private CompletionStage<?> fromDefinition(
      DeviceKind kind,
      String name,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    DomainDefinition edited = kind.removedFrom(ledger.definition(), name);
    Job.Status status =
        Detachments.removed(host.now(), "from the definition; there is none in a machine");
    KeptJob job = job(kind, name, options, actor, status, Map.of());
    Step step = DefinitionSteps.redefine(started(Step.by(actor), job), edited, ledger.revision());
    return ledger
        .request(Detachments.told(step, job))
        .thenRun(() -> answer.complete(job.job()))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  private boolean isAboutMachine(EditScope scope) {
    return switch (scope) {
      case LIVE -> true;
      case CONFIG -> false;
      case BOTH -> !(keeper.lifecycle() instanceof Lifecycle.Off);
    };
  }

  private Map<String, String> facts(PluggedDevice plugged, EditScope scope) {
    return Map.of(
        KeptJob.INCARNATION, ledger.launch().orElseThrow().incarnation(),
        Detachments.DEVICE, plugged.device().id(),
        Detachments.SCOPE, scope.name());
  }

  private KeptJob job(
      DeviceKind kind,
      String name,
      JobOptions options,
      String actor,
      Job.Status status,
      Map<String, String> facts) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(Plugging.of(kind).job(), ledger.uuid(), ledger.name(), name),
            new Job.Origin(actor, options.key(), host.now()),
            status),
        facts);
  }

  private static Step started(Step step, KeptJob job) {
    return step.job(job)
        .event(
            EventTypes.JOB_STARTED,
            Map.of(
                "job", job.job().id().text(),
                "kind", job.job().target().kind().text(),
                "subject", job.job().target().subject()));
  }
}
