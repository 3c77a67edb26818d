package dev.berth.engine;

import static dev.berth.engine.MigrationRow.phase;

import dev.berth.engine.migration.MigrationForecast;
import dev.berth.engine.migration.MigrationWords;
import dev.berth.engine.migration.SendingWatch;
import dev.berth.engine.qemu.QemuMigration;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.Job.Progress;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.migration.TargetPhase;
import dev.berth.qapi.migration.MigrateContinue;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A migration while QEMU sends: how far it is, and the switch, for which the guest stands. Runs in
 * the driver's turns, and holds no thread.
 */
final class MigrationSending {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MigratedDomain domain;
  private final MigrationTalk talk;
  private final MigrationPacing pacing;
  private final StorageCopying storage;
  private final MigrationCourse course;
  private final QemuWatch<QemuMigration> watch;
  private final SwitchPatience patience;
  private Pace pace = new Pace();
  private SendingWatch sent = new SendingWatch();
  private MigrationForecast forecast = new MigrationForecast();

  MigrationSending(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      MigratedDomain domain,
      MigrationTalk talk,
      MigrationPacing pacing,
      StorageCopying storage,
      MigrationCourse course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.domain = domain;
    this.talk = talk;
    this.pacing = pacing;
    this.storage = storage;
    this.course = course;
    this.patience = new SwitchPatience(host, mailbox);
    this.watch =
        new QemuWatch<>(
            host,
            mailbox,
            keeper,
            QemuMigration::ask,
            active -> sending(active).isPresent(),
            this::seen);
  }

  /** Another migration is about to begin. */
  void beginAnew() {
    pace = new Pace();
    sent = new SendingWatch();
    judgeAnew();
  }

  /** What was seen so far does not tell how it goes on. */
  void judgeAnew() {
    forecast = new MigrationForecast();
  }

  /** Asks how far it is, now and as long as QEMU sends. */
  void look(Lifecycle.Active active) {
    beImpatient(active);
    watch.look(active);
  }

  /** Once the guest stands, and nothing is done for it here. */
  private void beImpatient(Lifecycle.Active active) {
    sending(active)
        .filter(job -> phase(job) == SourcePhase.SWITCHING)
        .ifPresent(job -> patience.watch(job, this::overdue));
  }

  private Optional<KeptJob> sending(Lifecycle.Active active) {
    return MigrationRow.running(ledger).stream()
        .filter(job -> MigrationRow.isOf(active.machine().launch(), job))
        .filter(job -> Set.of(SourcePhase.TRANSFERRING, SourcePhase.SWITCHING).contains(phase(job)))
        .filter(job -> !course.isBusy(job))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  private CompletionStage<?> seen(Lifecycle.Active active, QemuMigration now) {
    KeptJob job = sending(active).orElseThrow();
    Qemu qemu = MigrationSteps.view(now);
    return switch (SourceRules.decide(phase(job), qemu, TargetPhase.NONE, patience.of(job))) {
      case WATCH -> {
        storage.look(active);
        yield show(active, job, now.info(), sent.idle(qemu, now.info(), host.now()));
      }
      case SWITCH -> switchOver(active, job);
      case CONTINUE -> goOn(active, job);
      case NOTE_SENT -> noteSent(job, now.info());
      case RETURN ->
          switch (qemu) {
            case IDLE ->
                course.back(
                    job,
                    MigrationRow.INTERRUPTED,
                    "the host's process ended before QEMU had begun to send");
            case SENDING -> stoodTooLong(job);
            case WAITING, SENT, STOPPED, GONE ->
                talk.failed(
                    job, now.info().errorDesc().orElse("somebody else has ended it in QEMU"));
          };
      case LOSE -> course.lose(job);
      case BEGIN, WAIT, HAND_OVER, TELL_TO_TAKE, END, TELL_TO_DISCARD, FINISH ->
          Mailbox.DONE; // of another phase
    };
  }

  /** The target is asked meanwhile; what follows from its answer waits for the disk. */
  private CompletionStage<?> noteSent(KeptJob job, MigrationInfo info) {
    KeptJob sent = MigrationFigures.sent(MigrationRow.sent(job, host.now()), info);
    talk.converse(sent);
    return course.next(job, sent);
  }

  private CompletionStage<?> show(
      Lifecycle.Active active, KeptJob job, MigrationInfo info, Duration idle) {
    Optional<Progress> progress =
        info.ram().map(ram -> pace.at(host.now(), ram.total() - ram.remaining(), ram.total()));
    info.ram()
        .ifPresent(
            ram ->
                forecast.see(
                    ram.dirtySyncCount().orElse(0L),
                    ram.remaining(),
                    info.cpuThrottlePercentage().orElse(0L)));
    boolean isForced = MigrationRow.isForced(job);
    if (isForced) {
      pacing.tell(active, job);
    }
    String words =
        isForced
            ? MigrationWords.forced(info, idle)
            : MigrationWords.of(info, idle, forecast.isEndless(), MigrationRow.limit(job));
    ledger.jobs().show(job.with(MigrationRow.running(phase(job), progress, words)));
    watch.later();
    return Mailbox.DONE;
  }

  /** The guest stands already, by QEMU's own doing; from here on it is told why. */
  private CompletionStage<?> switchOver(Lifecycle.Active active, KeptJob job) {
    if (domain.hasChanged(job)) {
      return course.back(
          job,
          MigrationRow.TRANSFER_FAILED,
          switch (MigrationRow.guest(job)) {
            case RUNNING ->
                "its guest has stopped meanwhile ("
                    + ledger.status().reason().text()
                    + "), and one that stands by itself cannot change hosts";
            case PAUSED -> "its guest was paused, and somebody else has had it go on meanwhile";
          });
    }
    return StorageRow.hasCopies(job)
        ? storage.requireReady(active, job, now -> stand(active, now))
        : stand(active, job);
  }

  private CompletionStage<?> stand(Lifecycle.Active active, KeptJob job) {
    KeptJob switching = MigrationRow.switching(job, host.now());
    Step step = Step.by(job.job().origin().actor()).job(switching);
    if (MigrationRow.sendsTheRest(switching)) {
      talk.listen(switching); // now, for the guest waits for the disk anyway
    }
    return course.onRecord(job, domain.standing(step), () -> goOn(active, switching));
  }

  private CompletionStage<?> goOn(Lifecycle.Active active, KeptJob job) {
    return MigrationRow.sendsTheRest(job)
        ? sendTheRest(active, job)
        : storage.finish(active, job, now -> copied(active, now));
  }

  private CompletionStage<?> copied(Lifecycle.Active active, KeptJob job) {
    KeptJob rest = MigrationRow.sendingTheRest(job, host.now());
    Step step = Step.by(job.job().origin().actor()).job(rest);
    return course.onRecord(job, step, () -> sendTheRest(active, rest));
  }

  private CompletionStage<?> sendTheRest(Lifecycle.Active active, KeptJob job) {
    talk.listen(job);
    beImpatient(active);
    active
        .machine()
        .qmp()
        .send(new MigrateContinue(MigrationStatus.PRE_SWITCHOVER))
        .exceptionally(
            refused -> {
              mailbox.event(
                  () -> {
                    look(active); // it has ended, or gone on, meanwhile
                    return Mailbox.DONE;
                  });
              return null;
            });
    watch.later();
    return Mailbox.DONE;
  }

  /** QEMU may be held up by its stream, and say nothing. */
  private CompletionStage<?> overdue(KeptJob known) {
    return ledger
        .jobs()
        .find(known.job().id())
        .filter(job -> MigrationRow.isIn(job, SourcePhase.SWITCHING))
        .filter(job -> course.isThere(job) && !course.isBusy(job))
        .filter(
            job ->
                SourceRules.decide(phase(job), Qemu.SENDING, TargetPhase.NONE, patience.of(job))
                    == SourceRules.Act.RETURN)
        .<CompletionStage<?>>map(this::stoodTooLong)
        .orElse(Mailbox.DONE);
  }

  private CompletionStage<?> stoodTooLong(KeptJob job) {
    return course.back(
        job,
        MigrationRow.TRANSFER_FAILED,
        "the stream has not taken the rest in " + patience.text(job));
  }
}
