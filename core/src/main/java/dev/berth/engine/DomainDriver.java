package dev.berth.engine;

import dev.berth.backup.Checkpoint;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.definition.Policies;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.engine.backup.BackupSource;
import dev.berth.engine.console.Consoles;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.DeviceRow;
import dev.berth.engine.device.DiskList;
import dev.berth.engine.device.NicList;
import dev.berth.engine.device.ShareList;
import dev.berth.engine.device.Sizing;
import dev.berth.engine.qemu.HandCommand;
import dev.berth.engine.qemu.QmpFeed;
import dev.berth.engine.save.SaveTarget;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.JobOwner;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.OnRecord;
import dev.berth.engine.step.OpenedFiles;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.InvalidStateException;
import dev.berth.guest.GuestAgent;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Keystrokes;
import dev.berth.host.MemoryDump;
import dev.berth.host.NicSummary;
import dev.berth.host.QmpRequest;
import dev.berth.host.ShareSummary;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VncPassword;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import dev.berth.machine.HostLinks;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.FlightRecorder;
import dev.berth.stats.DomainStats;
import dev.berth.stats.MachineStats;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of one domain. Calls of any thread become turns in its mailbox, admitted or
 * refused as {@link Requests}; the {@link MachineKeeper} does what concerns the machine, {@link
 * DefinitionVerbs} what concerns the definition. Answers are futures that complete when the outcome
 * is durable.
 */
final class DomainDriver implements JobOwner, ImageUsers.Domain {
  private static final Logger LOG = LoggerFactory.getLogger(DomainDriver.class);

  private final HostServices host;
  private final Ledger ledger;
  private final Mailbox mailbox;
  private final DomainFeatures features;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;
  private final HandCommands hands;
  private final LivenessCheck liveness;
  private final DefinitionVerbs definitions;
  private final DeviceVerbs devices;
  private final DumpVerbs dumps;
  private final BackupVerbs backups;
  private final ExportVerbs exports;
  private final SaveVerbs saves;
  private final MigrationVerbs migrations;
  private final RestoreVerbs restores;
  private final JobVerbs jobs;
  private final AdjustmentVerbs adjustments;
  private final SizingVerbs sizings;
  private final VncPasswords vnc;
  private final Requests requests;
  private final Consoles consoles = new Consoles();
  private final Set<HeldResources> given = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean ticking = new AtomicBoolean();

  /**
   * A driver for that domain.
   *
   * @param onUndefined what follows when the domain is no more
   */
  DomainDriver(HostServices host, Ledger ledger, Runnable onUndefined) {
    this.host = host;
    this.ledger = ledger;
    this.mailbox = new Mailbox(ledger.name().text(), host.turns());
    this.features = new DomainFeatures(host, mailbox, ledger);
    this.keeper = features.keeper();
    this.verbs = new MachineVerbs(mailbox, ledger, keeper);
    this.hands = new HandCommands(host, mailbox, ledger, keeper, verbs);
    this.liveness = new LivenessCheck(host, mailbox, ledger, keeper);
    this.definitions = new DefinitionVerbs(host, ledger, keeper, onUndefined);
    this.requests = new Requests(host, mailbox, ledger, keeper);
    this.devices =
        new DeviceVerbs(
            host, ledger, keeper, features.attachments(), features.detachments(), verbs, requests);
    this.dumps = new DumpVerbs(host, ledger, features.dumps(), verbs, requests);
    this.backups = new BackupVerbs(host, ledger, keeper, features.backups(), verbs, requests);
    this.exports =
        new ExportVerbs(
            host, ledger, keeper, features.backups(), features.exports(), verbs, requests);
    this.saves = new SaveVerbs(host, ledger, keeper, features.saves(), verbs, requests);
    this.migrations =
        new MigrationVerbs(host, ledger, keeper, features.moves(), verbs, requests, definitions);
    this.restores = new RestoreVerbs(host, ledger, features.restores(), requests);
    this.jobs = new JobVerbs(ledger, features::work);
    this.adjustments =
        new AdjustmentVerbs(host, ledger, keeper, features.adjustments(), verbs, requests);
    this.sizings = new SizingVerbs(host, ledger, keeper, features.sizings(), verbs, requests);
    this.vnc = new VncPasswords(mailbox, ledger, keeper, verbs);
  }

  /** The domain as last published. Any thread; never waits. */
  @Override
  public DomainSnapshot snapshot() {
    return ledger.snapshot();
  }

  /** The domain's figures as they were last taken. Any thread; never waits. */
  DomainStats stats() {
    DomainSnapshot now = snapshot();
    return new DomainStats(
        now.name(),
        now.uuid(),
        now.status().state(),
        now.machine()
            .map(
                machine ->
                    keeper
                        .sampler()
                        .map(sampler -> sampler.stats(machine))
                        .orElseGet(() -> MachineStats.none(machine))));
  }

  /** Takes the machine's figures if they are that old. One thread; never waits. */
  void sample(Duration interval, Supplier<HostLinks> links) {
    keeper.sampler().ifPresent(sampler -> sampler.sample(interval, links));
  }

  /** The current definition. Any thread; never waits. */
  DefinitionView definition() {
    return ledger.view();
  }

  /** The domain's place when all guests are shut down. Any thread; never waits. */
  int shutdownOrder() {
    return ledger.readable().map(DomainDefinition::policies).orElse(Policies.NONE).shutdownOrder();
  }

  /** The current definition, if it can be read. Any thread; never waits. */
  @Override
  public Optional<DomainDefinition> readable() {
    return ledger.readable();
  }

  /** Attachments to serial ports and channels. Any thread. */
  Consoles consoles() {
    return consoles;
  }

  /** The last messages with the domain's machines. Any thread; never waits. */
  FlightRecorder recorder() {
    return keeper.recorder();
  }

  /** The launch record of the present machine. Any thread; never waits. */
  Optional<LaunchRecord> launch() {
    return ledger.launch();
  }

  /**
   * The files that its machine has open, or is about to open or may have opened, or has to find as
   * they are when it goes on from its managed save. Any thread; never waits.
   */
  @Override
  public Stream<Path> opened() {
    Stream<Path> added =
        Stream.concat(
            OpenedFiles.of(features.attachments().steps()),
            OpenedFiles.of(features.adjustments().steps()));
    Stream<LaunchRecord> machines =
        Stream.concat(ledger.launch().stream(), ledger.jobs().held().stream().map(SaveRow::launch));
    return Stream.concat(machines.flatMap(OpenedFiles::of), added);
  }

  /** The domain's disks. Any thread; never waits. */
  List<DiskSummary> disks() {
    return DiskList.of(rows(DeviceKind.DISK));
  }

  /** The domain's network interfaces. Any thread; never waits. */
  List<NicSummary> nics() {
    return NicList.of(rows(DeviceKind.NIC));
  }

  /** The domain's shares. Any thread; never waits. */
  List<ShareSummary> shares() {
    return ShareList.of(rows(DeviceKind.SHARE));
  }

  /** The domain's other devices that can come and go. Any thread; never waits. */
  List<DeviceSummary> devices() {
    return rows(DeviceKind.DEVICE).stream().map(DeviceRow::summary).toList();
  }

  private List<DeviceRow> rows(DeviceKind kind) {
    return DeviceRow.of(kind, ledger.launch(), ledger.readable(), jobs());
  }

  /** The domain's jobs as last published, the oldest first. Any thread; never waits. */
  List<Job> jobs() {
    return ledger.jobs().published();
  }

  /** The images that jobs read without a machine. Any thread; never waits. */
  @Override
  public Stream<Path> readByJobs() {
    return jobsUnderWay().stream().filter(StandInRow::reads).flatMap(StandInRow::filesOf);
  }

  /** Those jobs that go on, with what is on record of them. Any thread; never waits. */
  @Override
  public List<KeptJob> jobsUnderWay() {
    return ledger.jobs().goingOn();
  }

  /** Ends restores that are under way; what they were is on record. Any thread. */
  void interruptRestores() {
    features.restores().interrupt();
  }

  /** Completes with a job of the domain once it has ended. */
  @Override
  public CompletableFuture<Job> await(Job job) {
    return ledger.jobs().await(job);
  }

  CompletableFuture<DomainSnapshot> await(Set<DomainState> states) {
    return ledger.waiters().add(states, ledger::snapshot);
  }

  /**
   * Takes up what the store held of this domain. Called once, before any verb.
   *
   * @return completes when it is decided what becomes of it; never fails
   */
  CompletableFuture<Void> recover(OnRecord found, Optional<Intent> intent) {
    CompletableFuture<Void> decided = new CompletableFuture<>();
    mailbox.event(
        () ->
            recovered(found, intent)
                .thenCompose(done -> features.works().settleWithoutMachine())
                .thenCompose(done -> keeper.managedSaves().opened())
                .thenCompose(done -> keeper.restarts().opened())
                .whenComplete((done, failure) -> decided.complete(null)));
    return decided;
  }

  private CompletionStage<?> recovered(OnRecord found, Optional<Intent> intent) {
    if (found.unreadable().isPresent()) {
      keeper.become(new Lifecycle.Unreadable(found.unreadable().get().incarnation()));
      return Mailbox.DONE;
    }
    if (found.launch().isPresent()) {
      return new Recovery(host, ledger, keeper).decide(found.launch().get(), intent);
    }
    if (intent.isEmpty()) {
      return Mailbox.DONE;
    }
    if (intent.get().verb().equals("undefine")) {
      LOG.info("Domain '{}': finishing an undefine that was cut off", ledger.name());
      return definitions.finishUndefine(intent.get().actor());
    }
    return keeper.record(
        Step.by(Actors.HOST)
            .change(new Change.RemoveIntent(ledger.uuid()))
            .event(
                EventTypes.RECOVERED,
                Map.of("verb", intent.get().verb(), "decision", "there is no machine")));
  }

  /** Now and then: is QEMU there? At most one look is waiting for its turn. */
  void tick() {
    if (ticking.compareAndSet(false, true)) {
      mailbox.event(
          () -> {
            ticking.set(false);
            return look();
          });
    }
  }

  private CompletionStage<?> look() {
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      return liveness.check(active);
    }
    if (keeper.lifecycle() instanceof Lifecycle.Adopting adopting) {
      keeper.adoption().check(adopting);
    }
    return Mailbox.DONE;
  }

  /** Freezes no guest from now on; completes when this one was told to thaw, if it is frozen. */
  CompletableFuture<Void> thawed() {
    CompletableFuture<Void> thawed = new CompletableFuture<>();
    mailbox.event(
        () -> {
          features.backups().cease().thenRun(() -> thawed.complete(null));
          return Mailbox.DONE;
        });
    return thawed;
  }

  /** Finishes the turns it has, lets go of its machine, and takes no more turns. */
  CompletableFuture<Void> settle() {
    CompletableFuture<Void> settled = new CompletableFuture<>();
    mailbox.event(
        () -> {
          keeper.letGo();
          mailbox.close();
          given.forEach(HeldResources::closeUnlessHandedOver); // of turns that will not be
          settled.complete(null);
          return Mailbox.DONE;
        });
    return settled;
  }

  /** Closes what callers have given for jobs. For a host whose threads have all ended. */
  void closeGiven() {
    features.backups().targets().releaseAll();
  }

  // ---- verbs

  /**
   * Starts the domain.
   *
   * @param held what the caller has given; closed in the end, whatever becomes of the call
   */
  CompletableFuture<VerbResult> start(StartMode mode, HeldResources held, String actor) {
    Verb verb = mode == StartMode.RUNNING ? Verb.START : Verb.START_PAUSED;
    CompletableFuture<VerbResult> started =
        requests.ask(
            verb,
            answer -> {
              MachineSource source = keeper.managedSaves().source(mode);
              keeper.starts().begin(source, mode, held, actor, answer);
              return Mailbox.DONE;
            });
    return giving(held, started);
  }

  /**
   * Starts the domain with the state of a saved machine.
   *
   * @param held what the caller has given; closed in the end, whatever becomes of the call
   */
  CompletableFuture<VerbResult> restore(
      FromSave named, StartMode mode, HeldResources held, String actor) {
    CompletableFuture<VerbResult> restored =
        requests.ask(
            Verb.RESTORE,
            answer -> {
              MachineSource source = keeper.managedSaves().restoring(named);
              keeper.starts().begin(source, mode, held, actor, answer);
              return Mailbox.DONE;
            });
    return giving(held, restored);
  }

  CompletableFuture<VerbResult> shutdown(ShutdownPolicy policy, String actor, boolean hasDeadline) {
    return requests.ask(
        Verb.SHUTDOWN,
        answer -> {
          if (keeper.lifecycle() instanceof Lifecycle.Ending ending) {
            ending.end().join(answer); // the guest has shut down, and its machine is being reaped
            return Mailbox.DONE;
          }
          if (keeper.lifecycle() instanceof Lifecycle.Off) {
            return keeper.restarts().stayOff(actor, answer);
          }
          return verbs.onLiveMachine(
              Verb.SHUTDOWN,
              hasDeadline,
              active -> keeper.shutdowns().ask(active, policy, actor, answer));
        });
  }

  CompletableFuture<VerbResult> pause(String actor, boolean hasDeadline) {
    return requests.ask(Verb.PAUSE, answer -> verbs.pause(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> resume(String actor, boolean hasDeadline) {
    return requests.ask(Verb.RESUME, answer -> verbs.resume(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> reset(String actor, boolean hasDeadline) {
    return requests.ask(Verb.RESET, answer -> verbs.reset(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> destroy(Duration grace, String actor) {
    return requests.ask(Verb.DESTROY, answer -> verbs.destroy(grace, actor, answer));
  }

  /**
   * Sends a command by hand.
   *
   * @param held what goes with it; closed in the end, whatever becomes of the call
   */
  CompletableFuture<String> qmp(
      QmpRequest request, HeldResources held, String actor, boolean hasDeadline) {
    HandCommand command = HandCommand.of(request, held, actor, hasDeadline);
    return giving(held, requests.askQemu(answer -> hands.send(command, answer)));
  }

  /** Closes what a call gives when its outcome is there, unless somebody works with it. */
  private <T> CompletableFuture<T> giving(HeldResources held, CompletableFuture<T> outcome) {
    given.add(held);
    outcome.whenComplete(
        (result, failure) -> {
          given.remove(held);
          held.closeUnlessHandedOver();
        });
    return outcome;
  }

  /** The events of the domain's machines. Any thread. */
  QmpFeed feed() {
    return keeper.feed();
  }

  CompletableFuture<String> qmpSchema() {
    return requests.askQemu(hands::schema);
  }

  /** The guest agent of a machine that runs, for the caller's own thread. */
  CompletableFuture<GuestAgent> agent(boolean hasDeadline) {
    return requests.askFor(
        Verb.AGENT,
        answer ->
            verbs.onLiveMachine(
                Verb.AGENT,
                hasDeadline,
                active -> {
                  features.backups().requireThawed();
                  answer.complete(active.agent().agent().orElseThrow(this::withoutChannel));
                  return Mailbox.DONE;
                }));
  }

  /** The screen of a machine that answers, as a PNG. */
  CompletableFuture<byte[]> screenshot(String actor, boolean hasDeadline) {
    return requests.askFor(
        Verb.SCREENSHOT,
        answer ->
            verbs.onLiveMachine(
                Verb.SCREENSHOT,
                hasDeadline,
                active -> {
                  verbs.watch(active, Verb.SCREENSHOT, actor, hasDeadline, answer);
                  return features.screenshots().take(active, answer);
                }));
  }

  CompletableFuture<VerbResult> sendKeys(Keystrokes keys, String actor, boolean hasDeadline) {
    return requests.ask(
        Verb.SEND_KEYS,
        answer ->
            verbs.onLiveMachine(
                Verb.SEND_KEYS,
                hasDeadline,
                active -> {
                  verbs.watch(active, Verb.SEND_KEYS, actor, hasDeadline, answer);
                  return features.keyboards().press(active, keys, actor, answer);
                }));
  }

  CompletableFuture<VerbResult> injectNmi(String actor, boolean hasDeadline) {
    return requests.ask(Verb.INJECT_NMI, answer -> verbs.injectNmi(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> setVncPassword(
      VncPassword password, String actor, boolean hasDeadline) {
    return requests.askFor(
        Verb.SET_VNC_PASSWORD, answer -> vnc.set(password, actor, hasDeadline, answer));
  }

  private InvalidStateException withoutChannel() {
    return new InvalidStateException(
        "Cannot "
            + Verb.AGENT.text()
            + " domain '"
            + ledger.name()
            + "': its machine was started without the agent's channel. Set 'agent: true' in its"
            + " definition, and start it again.");
  }

  /**
   * Adds a device.
   *
   * @param held what the caller has given; closed in the end, whatever becomes of the call
   */
  CompletableFuture<VerbResult> attach(
      Pluggable device, EditScope scope, HeldResources held, String actor, boolean hasDeadline) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    requests.post(answer, () -> devices.attach(device, scope, held, actor, hasDeadline, answer));
    answer.whenComplete((result, failure) -> held.closeUnlessHandedOver());
    return answer;
  }

  CompletableFuture<Job> detach(
      DeviceKind kind,
      String name,
      EditScope scope,
      JobOptions options,
      String actor,
      boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(
        answer, () -> devices.detach(kind, name, scope, options, actor, hasDeadline, answer));
    return answer;
  }

  CompletableFuture<VerbResult> adjust(
      Adjustment adjustment, EditScope scope, String actor, boolean hasDeadline) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    requests.post(answer, () -> adjustments.adjust(adjustment, scope, actor, hasDeadline, answer));
    return answer;
  }

  CompletableFuture<Job> size(
      Sizing sizing, EditScope scope, JobOptions options, String actor, boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> sizings.size(sizing, scope, options, actor, hasDeadline, answer));
    return answer;
  }

  @Override
  public CompletableFuture<Job> cancelJob(JobId job, String actor) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> jobs.cancel(job, actor, answer));
    return answer;
  }

  @Override
  public CompletableFuture<Job> pauseJob(JobId job, String actor) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> jobs.pause(job, actor, answer));
    return answer;
  }

  @Override
  public CompletableFuture<Job> resumeJob(JobId job, String actor) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> jobs.resume(job, actor, answer));
    return answer;
  }

  CompletableFuture<Job> dumpMemory(
      MemoryDump dump, JobOptions options, String actor, boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> dumps.dump(dump, options, actor, hasDeadline, answer));
    return answer;
  }

  /** The verbs about exports of its disks. Any thread. */
  ExportVerbs exports() {
    return exports;
  }

  /** Backs up the domain's disks; the call has the answer. */
  CompletableFuture<Job> backup(BackupVerbs.Call call) {
    requests.post(call.answer(), () -> backups.backup(call));
    return giving(call.targets().held(), call.answer());
  }

  CompletableFuture<Job> save(
      SaveTarget target, JobOptions options, String actor, boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> saves.save(target, options, actor, hasDeadline, answer));
    return answer;
  }

  /** Where its managed save is, if there is one. Any thread. */
  SaveTarget managedSave() {
    return keeper.managedSaves().target();
  }

  CompletableFuture<VerbResult> discardSave(String actor) {
    return requests.ask(Verb.DISCARD_SAVE, answer -> keeper.managedSaves().discard(actor, answer));
  }

  /** The verbs about its coming from and going to other hosts. Any thread. */
  MigrationVerbs migrations() {
    return migrations;
  }

  /** Restores a backup onto the domain's images; the call has the answer. */
  CompletableFuture<Job> restore(RestoreVerbs.Call call) {
    requests.post(call.answer(), () -> restores.restore(call));
    return call.answer();
  }

  CompletableFuture<List<Checkpoint>> checkpoints(String actor, boolean hasDeadline) {
    return requests.askFor(
        Verb.CHECKPOINTS, answer -> backups.checkpoints(actor, hasDeadline, answer));
  }

  /** What is noted in the images of its disks now. */
  CompletableFuture<List<BackupSource>> backupSources(String actor) {
    CompletableFuture<List<BackupSource>> answer = new CompletableFuture<>();
    requests.post(answer, () -> backups.sources(actor, answer));
    return answer;
  }

  /** Where its jobs that are on record have put backups. */
  CompletableFuture<List<Path>> backupDirectories() {
    CompletableFuture<List<Path>> answer = new CompletableFuture<>();
    requests.post(answer, () -> backups.directories(answer));
    return answer;
  }

  CompletableFuture<VerbResult> undefine(String actor) {
    return requests.ask(Verb.UNDEFINE, answer -> definitions.undefine(actor, answer));
  }

  /**
   * Replaces the definition.
   *
   * @param wanted with this domain's UUID and name
   */
  CompletableFuture<DefineResult> define(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    CompletableFuture<DefineResult> answer = new CompletableFuture<>();
    requests.post(answer, () -> definitions.define(wanted, condition, actor, answer));
    return answer;
  }
}
