package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskDocument;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.PluggedDisk;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verbs on a domain's disks: what of them is about the definition is done here, what is about the
 * machine by {@link Attachments} and {@link Detachments}. Runs in the driver's turns.
 */
final class DiskVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;
  private final Requests requests;

  DiskVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Adds a disk; what is given for it is the operation's own once it has begun. */
  CompletionStage<?> attach(
      Disk disk,
      EditScope scope,
      HeldResources held,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    JobConflicts.check(ledger.jobs().running(), Verb.ATTACH_DISK, disk.name(), host.now());
    Optional<DomainDefinition> edited =
        scope == EditScope.LIVE ? Optional.empty() : Optional.of(edited(disk));
    if (isAboutMachine(scope)) {
      requests.admit(Verb.ATTACH_DISK, disk.name());
      if (ledger.launch().filter(it -> PluggedDisk.exists(it, disk.name())).isPresent()) {
        throw taken(disk, "its machine has");
      }
      return verbs.onLiveMachine(
          Verb.ATTACH_DISK,
          hasDeadline,
          active -> {
            keeper.attachments().begin(active, disk, scope, held, actor, answer);
            return Mailbox.DONE;
          });
    }
    Step step = redefine(Step.by(actor), edited.orElseThrow(), ledger.revision());
    return ledger
        .request(step)
        .thenRun(() -> answer.complete(keeper.changed("the definition; there is no machine")))
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  private DomainDefinition edited(Disk disk) {
    DomainDefinition definition = ledger.definition();
    if (definition.disk(disk.name()).isPresent()) {
      throw taken(disk, "its definition has");
    }
    try {
      DomainDefinition edited = definition.with(disk);
      DefinitionReader.check(edited);
      return edited;
    } catch (InvalidDefinitionException invalid) {
      throw DiskDocument.problems(disk.name(), invalid.problems());
    }
  }

  private AlreadyExistsException taken(Disk disk, String who) {
    return new AlreadyExistsException(
        "Cannot attach disk '"
            + disk.name()
            + "' to domain '"
            + ledger.name()
            + "': "
            + who
            + " a disk of that name. Choose another name, or detach that disk first.");
  }

  /** Takes a disk out. */
  CompletionStage<?> detach(
      String name,
      EditScope scope,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<KeptJob> same = options.key().flatMap(ledger.jobs()::ofKey);
    if (same.isPresent()) {
      answer.complete(sameAs(same.get(), name, scope));
      return Mailbox.DONE;
    }
    JobConflicts.check(ledger.jobs().running(), Verb.DETACH_DISK, name, host.now());
    Optional<PluggedDisk> plugged = Optional.empty();
    if (isAboutMachine(scope)) {
      requests.admit(Verb.DETACH_DISK, name);
      plugged = plugged(name);
    }
    boolean defined = scope != EditScope.LIVE && ledger.definition().disk(name).isPresent();
    if (plugged.isEmpty() && !defined) {
      throw new NotFoundException(
          "Domain '"
              + ledger.name()
              + "' has no disk '"
              + name
              + "' there. See 'vmctl disk list'.");
    }
    if (plugged.isEmpty()) {
      return fromDefinition(name, options, actor, answer);
    }
    KeptJob job = job(name, options, actor, Detachments.begun(), facts(plugged.get(), scope));
    return verbs.onLiveMachine(
        Verb.DETACH_DISK, hasDeadline, active -> begin(active, job, actor, answer));
  }

  /** A disk of the machine that it can let go; empty when the machine has none of the name. */
  private Optional<PluggedDisk> plugged(String name) {
    LaunchRecord launch = ledger.launch().orElseThrow();
    Optional<PluggedDisk> plugged = PluggedDisk.find(launch, name);
    String cannot =
        "Cannot detach disk '" + name + "' from domain '" + ledger.name() + "' while it runs: ";
    if (plugged.isEmpty() && PluggedDisk.exists(launch, name)) {
      throw new UnsupportedException(
          cannot
              + "a SATA bus lets nothing go then. Change the definition only, which takes effect at"
              + " the next boot.");
    }
    if (plugged.filter(disk -> disk.isBootedFrom(launch)).isPresent()) {
      throw new InvalidStateException(
          cannot
              + "the machine boots from it. Shut the domain down first, or change the definition"
              + " only, which takes effect at the next boot.");
    }
    return plugged;
  }

  private CompletionStage<?> begin(
      Lifecycle.Active active, KeptJob job, String actor, CompletableFuture<Job> answer) {
    return ledger
        .request(started(Step.by(actor), job))
        .thenRun(
            () -> {
              answer.complete(job.job());
              keeper.detachments().begin(active, job.job().id());
            })
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  /** No guest has to be asked, so the job begins and ends in one step. */
  private CompletionStage<?> fromDefinition(
      String name, JobOptions options, String actor, CompletableFuture<Job> answer) {
    DomainDefinition edited = ledger.definition().withoutDisk(name);
    DefinitionReader.check(edited);
    Job.Status status =
        Detachments.removed(host.now(), "from the definition; there is none in a machine");
    KeptJob job = job(name, options, actor, status, Map.of());
    Step step = redefine(started(Step.by(actor), job), edited, ledger.revision());
    return ledger
        .request(Detachments.told(step, job))
        .thenRun(() -> answer.complete(job.job()))
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  private Job sameAs(KeptJob known, String name, EditScope scope) {
    boolean same =
        known.job().target().kind() == JobKind.DETACH_DISK
            && known.job().target().subject().equals(name)
            && (known.facts().isEmpty() || known.fact(Detachments.SCOPE).equals(scope.name()));
    if (!same) {
      throw new ConflictException(
          "Domain '"
              + ledger.name()
              + "' has a job with that key that does something else: "
              + known.job().target().kind().text()
              + " '"
              + known.job().target().subject()
              + "' ("
              + known.job().id()
              + "). Use another key.");
    }
    return known.job();
  }

  /** Ends a job before it is done. */
  CompletionStage<?> cancel(JobId id, String actor, CompletableFuture<Job> answer) {
    KeptJob job =
        ledger
            .jobs()
            .find(id)
            .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
    if (!job.isRunning()) {
      answer.complete(job.job());
      return Mailbox.DONE;
    }
    return keeper
        .detachments()
        .cancel(job, actor)
        .thenRun(() -> answer.complete(ledger.jobs().find(id).orElse(job).job()))
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  private boolean isAboutMachine(EditScope scope) {
    return switch (scope) {
      case LIVE -> true;
      case CONFIG -> false;
      case BOTH -> !(keeper.lifecycle() instanceof Lifecycle.Off);
    };
  }

  private Map<String, String> facts(PluggedDisk disk, EditScope scope) {
    return Map.of(
        Detachments.INCARNATION, ledger.launch().orElseThrow().incarnation(),
        Detachments.DEVICE, disk.device().id(),
        Detachments.SCOPE, scope.name());
  }

  private KeptJob job(
      String disk, JobOptions options, String actor, Job.Status status, Map<String, String> facts) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(JobKind.DETACH_DISK, ledger.uuid(), ledger.name(), disk),
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

  /** The step, which also replaces the definition. */
  static Step redefine(Step step, DomainDefinition edited, long revision) {
    return step.definition(edited)
        .event(EventTypes.REDEFINED, Map.of("revision", Long.toString(revision + 1)));
  }
}
