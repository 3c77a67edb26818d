package dev.berth.engine;

import static dev.berth.engine.MigrationRow.in;
import static dev.berth.engine.MigrationRow.phase;

import dev.berth.job.Job.Progress;
import dev.berth.migration.Arrival;
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
import java.util.concurrent.atomic.AtomicReference;

/**
 * A migration while QEMU sends: how far it is, and the switch, for which the guest stands. Runs in
 * the driver's turns, and holds no thread.
 */
final class MigrationSending {

  /** For how long a target may take to say why it has failed; the guest goes on here meanwhile. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final MigrationPeers peers;
  private final MigratedDomain domain;
  private final MigrationCourse course;
  private final QemuWatch<QemuMigration> watch;
  private final SwitchPatience patience;
  private Pace pace = new Pace();
  private SendingWatch sent = new SendingWatch();

  MigrationSending(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      JobAside aside,
      MigrationPeers peers,
      MigratedDomain domain,
      MigrationCourse course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = aside;
    this.peers = peers;
    this.domain = domain;
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
  }

  /** Asks how far it is, now and as long as QEMU sends. */
  void look(Lifecycle.Active active) {
    beImpatient(active);
    watch.look(active);
  }

  /** Once the guest stands; it does not need to be told twice. */
  private void beImpatient(Lifecycle.Active active) {
    sending(active)
        .filter(job -> phase(job) == SourcePhase.SWITCHING)
        .ifPresent(job -> patience.watch(job, this::overdue));
  }

  private Optional<KeptJob> sending(Lifecycle.Active active) {
    return MigrationRow.running(ledger).stream()
        .filter(job -> MigrationRow.isOf(active.machine().launch(), job))
        .filter(job -> Set.of(SourcePhase.TRANSFERRING, SourcePhase.SWITCHING).contains(phase(job)))
        .filter(job -> !aside.isBusy(job.job().id()))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  private CompletionStage<?> seen(Lifecycle.Active active, QemuMigration now) {
    KeptJob job = sending(active).orElseThrow();
    Qemu qemu = MigrationSteps.view(now);
    return switch (SourceRules.decide(phase(job), qemu, TargetPhase.NONE, patience.of(job))) {
      case WATCH -> show(job, now.info(), sent.idle(qemu, now.info(), host.now()));
      case SWITCH -> switchOver(active, job);
      case CONTINUE -> goOn(active);
      case NOTE_SENT -> course.next(job, in(SourcePhase.SENT, job));
      case RETURN ->
          switch (qemu) {
            case IDLE ->
                course.back(
                    job,
                    MigrationRow.INTERRUPTED,
                    "the host's process ended before QEMU had begun to send");
            case SENDING -> stoodTooLong(job);
            case WAITING, SENT, STOPPED, GONE ->
                failed(job, now.info().errorDesc().orElse("somebody else has ended it in QEMU"));
          };
      case LOSE -> course.lose(job);
      case BEGIN, WAIT, HAND_OVER, TELL_TO_TAKE, END, TELL_TO_DISCARD, FINISH ->
          Mailbox.DONE; // of another phase
    };
  }

  private CompletionStage<?> show(KeptJob job, MigrationInfo info, Duration idle) {
    Optional<Progress> progress =
        info.ram().map(ram -> pace.at(host.now(), ram.total() - ram.remaining(), ram.total()));
    ledger
        .jobs()
        .show(job.with(MigrationRow.running(phase(job), progress, MigrationWords.of(info, idle))));
    watch.later();
    return Mailbox.DONE;
  }

  /** The guest stands already, by QEMU's own doing; from here on it is told why. */
  private CompletionStage<?> switchOver(Lifecycle.Active active, KeptJob job) {
    if (domain.hasStopped()) {
      return course.back(
          job,
          MigrationRow.TRANSFER_FAILED,
          "its guest has stopped meanwhile ("
              + ledger.status().reason().text()
              + "), and one that does not run cannot change hosts");
    }
    KeptJob switching = MigrationRow.switching(job, host.now());
    Step step = Step.by(job.job().origin().actor()).job(switching);
    return course.onRecord(job, domain.standing(step), () -> goOn(active));
  }

  private CompletionStage<?> goOn(Lifecycle.Active active) {
    beImpatient(active);
    active
        .machine()
        .qmp()
        .send(new MigrateContinue(MigrationStatus.PRE_SWITCHOVER))
        .whenComplete(
            (done, refused) ->
                mailbox.event(
                    () -> {
                      look(active); // it may have ended, or gone on, meanwhile
                      return Mailbox.DONE;
                    }));
    watch.later();
    return Mailbox.DONE;
  }

  /** QEMU may be held up by its stream, and say nothing. */
  private CompletionStage<?> overdue(KeptJob known) {
    return ledger
        .jobs()
        .find(known.job().id())
        .filter(job -> MigrationRow.isIn(job, SourcePhase.SWITCHING))
        .filter(job -> course.isThere(job) && !aside.isBusy(job.job().id()))
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

  /** QEMU has stopped: if the target has, its words say more. */
  private CompletionStage<?> failed(KeptJob job, String why) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    aside.run(
        host.peerThreads().switching(),
        job,
        () -> said.set(peers.await(job, LAST_WORDS)),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase(job)) || !course.isThere(now)) {
            return course.takeUp(now);
          }
          Optional<String> target =
              Optional.ofNullable(said.get())
                  .filter(arrival -> arrival.phase() == TargetPhase.FAILED)
                  .map(Arrival::detail);
          return target.isPresent()
              ? course.back(now, MigrationRow.TARGET_FAILED, target.get())
              : course.back(now, MigrationRow.TRANSFER_FAILED, why);
        });
    return Mailbox.DONE;
  }
}
