package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Checkpoint;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.StateReason;
import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.BackupPlanner;
import dev.berth.engine.backup.BackupSource;
import dev.berth.engine.backup.CheckpointList;
import dev.berth.engine.backup.DisksAtRest;
import dev.berth.engine.backup.ImageStamps;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.InvalidStateException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.block.QueryBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The verb that begins a backup: what would make it fail is found out before anything is on record.
 * {@link DomainBackups} does the rest. Runs in the driver's turns.
 */
final class BackupVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final DomainBackups backups;
  private final MachineVerbs verbs;
  private final Requests requests;

  BackupVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      DomainBackups backups,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.backups = backups;
    this.verbs = verbs;
    this.requests = requests;
  }

  /**
   * A call for a backup.
   *
   * @param targets what it is to be written to, beside its folder
   * @param answer completes when the job is on record
   */
  record Call(
      BackupRequest request,
      GivenTargets targets,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {

    /** What it asks for, to be compared with another. */
    String wish() {
      return request + targets.text();
    }

    /** The same, for a machine that has answered in time once. */
    private Call again() {
      return new Call(request, targets, options, actor, true, answer);
    }
  }

  /** Begins a backup. */
  CompletionStage<?> backup(Call call) {
    Optional<Job> same = same(call);
    if (same.isPresent()) {
      call.answer().complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.BACKUP, call.request().name().text());
    if (keeper.lifecycle() instanceof Lifecycle.Off off) {
      return planning(planned(off, call), call);
    }
    return verbs.onLiveMachine(
        Verb.BACKUP,
        call.hasDeadline(),
        active -> {
          verbs.watch(active, Verb.BACKUP, call.actor(), call.hasDeadline(), call.answer());
          return planning(planned(active, call), call);
        });
  }

  private CompletionStage<?> planning(CompletableFuture<Planned> plan, Call call) {
    plan.whenComplete(
        (planned, failure) ->
            requests.post(
                call.answer(),
                () -> failure == null ? begin(call, planned) : refused(call.answer(), failure)));
    return Mailbox.DONE;
  }

  /** What QEMU says of the checkpoints in the images. */
  CompletionStage<?> checkpoints(
      String actor, boolean hasDeadline, CompletableFuture<List<Checkpoint>> answer) {
    return asked(actor, hasDeadline, CheckpointList::of, answer);
  }

  /** The disks with the marks in their images, whether there is a machine or not. */
  CompletionStage<?> sources(String actor, CompletableFuture<List<BackupSource>> answer) {
    if (keeper.lifecycle() instanceof Lifecycle.Off) {
      DomainDefinition found = host.namedImages().found(ledger.definition(), disk -> false);
      DisksAtRest disks = DisksAtRest.asFarAsTheyTell(found, host.images());
      CompletableFuture.supplyAsync(() -> disks.sources(List.of()), host.looks())
          .thenAccept(answer::complete)
          .exceptionally(failure -> Answers.fail(answer, failure));
      return Mailbox.DONE;
    }
    requests.admit(Verb.CHECKPOINTS, "");
    return asked(actor, false, sources -> sources, answer);
  }

  private <T> CompletionStage<?> asked(
      String actor,
      boolean hasDeadline,
      Function<List<BackupSource>, T> told,
      CompletableFuture<T> answer) {
    return verbs.onLiveMachine(
        Verb.CHECKPOINTS,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.CHECKPOINTS, actor, hasDeadline, answer);
          active
              .machine()
              .qmp()
              .send(new QueryBlock())
              .thenApply(
                  devices -> told.apply(BackupSource.of(ledger.launch().orElseThrow(), devices)))
              .thenAccept(answer::complete)
              .exceptionally(failure -> Answers.fail(answer, failure));
          return Mailbox.DONE;
        });
  }

  /** Where jobs that are on record have put backups. */
  CompletionStage<?> directories(CompletableFuture<List<Path>> answer) {
    answer.complete(
        ledger.jobs().succeeded(JobKind.BACKUP).stream()
            .map(job -> BackupRow.folder(job).resolveSibling(""))
            .distinct()
            .toList());
    return Mailbox.DONE;
  }

  private Optional<Job> same(Call call) {
    return ledger
        .jobs()
        .same(
            call.options(),
            JobKind.BACKUP,
            call.request().name().text(),
            Map.of(BackupRow.REQUEST, call.wish()));
  }

  /**
   * A plan and what it is true of.
   *
   * @param job that is to do it
   * @param lifecycle how the machine was then
   * @param launch of the QEMU that is to do it
   * @param images how they were, of a domain without a machine
   * @param changes what {@link DomainBackups#changes} was then
   */
  private record Planned(
      BackupPlan plan,
      JobId job,
      Lifecycle lifecycle,
      LaunchRecord launch,
      ImageStamps images,
      long changes) {}

  /** QEMU is asked last: a directory may take its time, and marks change with each backup. */
  private CompletableFuture<Planned> planned(Lifecycle.Active active, Call call) {
    JobId job = JobId.random();
    return CompletableFuture.supplyAsync(() -> planner(call, job), host.looks())
        .thenCompose(
            planner -> {
              long changes = backups.changes();
              LaunchRecord launch = ledger.launch().orElseThrow();
              return active
                  .machine()
                  .qmp()
                  .send(new QueryBlock())
                  .thenApply(devices -> planner.plan(BackupSource.of(launch, devices)))
                  .thenApply(
                      plan -> new Planned(plan, job, active, launch, ImageStamps.NONE, changes));
            });
  }

  /**
   * The images are looked at themselves, which nobody writes to: not even marks when a guest is to
   * go on with them that knows of no change.
   */
  private CompletableFuture<Planned> planned(Lifecycle.Off off, Call call) {
    BackupRequest request = call.request();
    if (request.quiesce() == Quiesce.REQUIRED) {
      throw new InvalidStateException(
          "Cannot back up domain '"
              + ledger.name()
              + "' with its guest at rest: no guest runs. Leave that out, or start the domain.");
    }
    JobId job = JobId.random();
    DomainDefinition definition =
        host.namedImages()
            .found(
                ledger.definition(),
                disk -> request.disks().isEmpty() || request.disks().contains(disk.name()));
    DisksAtRest disks = new DisksAtRest(definition, host.images(), request.disks());
    long revision = ledger.revision();
    boolean isSaved = ledger.status().reason() == StateReason.SAVED;
    return CompletableFuture.supplyAsync(
        () -> {
          BackupPlanner planner = planner(call, job);
          long changes = backups.changes();
          ImageStamps images = ImageStamps.of(disks.toOpen()); // before their headers are read
          LaunchRecord launch =
              host.launcher().planStandIn(ledger.uuid(), revision, ledger.name(), disks.toOpen());
          BackupPlan plan = planner.plan(disks.sources(launch.devices()));
          return new Planned(
              isSaved ? plan.withoutMarks() : plan, job, off, launch, images, changes);
        },
        host.looks());
  }

  /** What decides, with all that is in files. */
  private BackupPlanner planner(Call call, JobId job) {
    BackupRequest request = call.request();
    host.backupFiles().check(request.directory(), request.name());
    List<Backup> all = host.backupFiles().list(request.directory());
    List<Backup> known =
        all.stream()
            .filter(backup -> backup.origin().domain().equals(ledger.uuid()))
            .filter(host.backupFiles()::hasImages)
            .toList();
    return new BackupPlanner(ledger.name(), request, job, known, call.targets().look(all));
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    answer.completeExceptionally(Answers.cause(failure));
    return Mailbox.DONE;
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(Call call, Planned planned) {
    Optional<Job> same = same(call);
    if (same.isPresent()) {
      call.answer().complete(same.get());
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() != planned.lifecycle()
        || backups.changes() != planned.changes()
        || isOfAnotherDefinition(planned)) {
      return backup(call.again()); // the plan is not true any more
    }
    requests.admit(Verb.BACKUP, call.request().name().text());
    if (planned.plan().isGivenFiles()) {
      if (!call.targets().held().handOver()) {
        return Mailbox.DONE; // its caller does not wait any more, and has taken them back
      }
      backups.targets().hold(planned.job(), call.targets().held());
    }
    KeptJob job =
        BackupRow.of(
                planned.job(),
                call.request(),
                planned.plan(),
                planned.launch(),
                planned.images(),
                ledger,
                new Job.Origin(call.actor(), call.options().key(), host.now()))
            .with(BackupRow.REQUEST, call.wish());
    return ledger
        .request(JobSteps.began(Step.by(call.actor()), job))
        .thenRun(
            () -> {
              call.answer().complete(job.job());
              backups.begin(job);
            })
        .whenComplete(
            (begun, failure) -> {
              if (failure != null) {
                backups.targets().release(planned.job());
              }
            });
  }

  private boolean isOfAnotherDefinition(Planned planned) {
    return planned.launch().isStandIn()
        && planned.launch().subject().definitionRevision() != ledger.revision();
  }
}
