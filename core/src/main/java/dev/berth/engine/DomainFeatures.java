package dev.berth.engine;

import dev.berth.domain.DomainStatus;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.step.AttachIntent;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.LaunchRecord;
import dev.berth.store.Intent;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * All that is done with one domain and its machine, put together: makes it, and wires it to the
 * {@link MachineKeeper}, which knows none of it. Used in the driver's turns.
 *
 * <pre>
 *   DomainDriver ──► verbs ──► features: Attachments, SaveJobs, MigrationJobs … ──► MachineKeeper
 *        │                        ▲                                                 and its stages
 *        └──► DomainFeatures ─────┴──── MachineFeatures: told, asked ◄───────────────────┘
 * </pre>
 *
 * <p>{@link Attachments} and {@link Detachments} change what the machine is made of, {@link
 * Adjustments} how that is set, {@link Sizings} how much it has, {@link MemoryDumps} writes down
 * what is in its memory, {@link DomainBackups} what is on its disks, {@link DomainExports} serves
 * that, {@link BackupJobs} puts it back, {@link SaveJobs} writes down all that it is, {@link
 * MigrationJobs} hand it to other hosts, {@link ArrivalJobs} take it in, {@link OfflineMigrations}
 * and {@link OfflineArrivals} domains without one, {@link Screenshots} take what is on its screen,
 * {@link Keyboards} press its keys.
 *
 * <p>A new kind of job has its place among {@link #works} and in {@link #work}, and nowhere else.
 */
final class DomainFeatures implements MachineFeatures {
  private final MachineKeeper keeper;
  private final Attachments attachments;
  private final Detachments detachments;
  private final MemoryDumps dumps;
  private final DomainBackups backups;
  private final DomainExports exports;
  private final SaveJobs saves;
  private final Moves moves;
  private final BackupJobs restores;
  private final Adjustments adjustments;
  private final Sizings sizings;
  private final Screenshots screenshots;
  private final Keyboards keyboards;
  private final JobWorks works;

  DomainFeatures(HostServices host, Mailbox mailbox, Ledger ledger) {
    this.keeper = new MachineKeeper(host, mailbox, ledger, this);
    this.attachments = new Attachments(host, mailbox, ledger, keeper);
    this.detachments = new Detachments(host, mailbox, ledger, keeper);
    this.dumps = new MemoryDumps(host, mailbox, ledger, keeper);
    this.backups = new DomainBackups(host, mailbox, ledger, keeper);
    this.exports = new DomainExports(host, mailbox, ledger, keeper, backups);
    this.saves = new SaveJobs(host, mailbox, ledger, keeper);
    this.moves =
        new Moves(
            new MigrationJobs(host, mailbox, ledger, keeper),
            new ArrivalJobs(host, mailbox, ledger, keeper),
            new OfflineMigrations(host, mailbox, ledger, keeper),
            new OfflineArrivals(host, mailbox, ledger, keeper));
    this.restores =
        new BackupJobs(host, new DomainJobBook(mailbox, ledger, keeper), job -> () -> {});
    this.adjustments = new Adjustments(host, mailbox, ledger, keeper, backups);
    this.sizings = new Sizings(host, mailbox, ledger, keeper);
    this.screenshots = new Screenshots(host, mailbox, ledger, keeper);
    this.keyboards = new Keyboards(host, mailbox, ledger, keeper);
    this.works =
        new JobWorks(
            mailbox,
            List.of(
                detachments,
                dumps,
                backups,
                exports,
                saves,
                moves.migrations(),
                moves.arrivals(),
                moves.offlineMigrations(),
                moves.offlineArrivals(),
                restores,
                sizings));
    ledger.onLaunchEnd(
        () -> {
          attachments.forget();
          adjustments.forget();
          works.machineEnded();
        });
  }

  /** The machine side, below all of this. */
  MachineKeeper keeper() {
    return keeper;
  }

  Attachments attachments() {
    return attachments;
  }

  Detachments detachments() {
    return detachments;
  }

  MemoryDumps dumps() {
    return dumps;
  }

  DomainBackups backups() {
    return backups;
  }

  DomainExports exports() {
    return exports;
  }

  SaveJobs saves() {
    return saves;
  }

  Moves moves() {
    return moves;
  }

  BackupJobs restores() {
    return restores;
  }

  Adjustments adjustments() {
    return adjustments;
  }

  Sizings sizings() {
    return sizings;
  }

  Screenshots screenshots() {
    return screenshots;
  }

  Keyboards keyboards() {
    return keyboards;
  }

  // ---- jobs

  /** What every kind of job does at the moments that they all meet. */
  JobWorks works() {
    return works;
  }

  /** What does that job. */
  JobWork work(KeptJob job) {
    return switch (job.job().target().kind()) {
      case DETACH_DISK, DETACH_NIC, DETACH_SHARE, DETACH_DEVICE -> detachments;
      case DUMP_MEMORY -> dumps;
      case SET_CPUS, SET_MEMORY, SET_BALLOON -> sizings;
      case BACKUP -> backups;
      case PULL_BACKUP -> exports;
      case SAVE -> saves;
      case MIGRATION -> OfflineRow.is(job) ? moves.offlineMigrations() : moves.migrations();
      case INCOMING_MIGRATION -> OfflineRow.is(job) ? moves.offlineArrivals() : moves.arrivals();
      case RESTORE_BACKUP -> restores;
      case CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          VERIFY_BACKUP,
          DELETE_BACKUP ->
          throw new IllegalStateException("no job of a domain");
      case UNKNOWN -> throw new IllegalStateException("a job of an unknown kind is never taken up");
    };
  }

  // ---- what the keeper tells

  @Override
  public void found(Intent cut) {
    if (AttachIntent.is(cut)) {
      attachments.found(cut);
    } else if (AdjustIntent.is(cut)) {
      adjustments.found(cut);
    }
  }

  @Override
  public void adopted(Lifecycle.Active active, Optional<Intent> cut) {
    cut.filter(AttachIntent::is).ifPresent(it -> attachments.resume(active));
    cut.filter(AdjustIntent::is).ifPresent(it -> adjustments.resume(active));
    works.resume(active);
    screenshots.tidy(active);
  }

  @Override
  public void told(Lifecycle.Active active, QemuNews.Digest news) {
    if (news.unplugged()) {
      detachments.look(active);
      sizings.look(active);
    } else if (news.resized()) {
      sizings.look(active);
    }
    news.refused().forEach(detachments::refused);
    news.refused().forEach(device -> sizings.refused(active, device));
    news.dumped().ifPresent(error -> dumps.ended(active, error));
    if (news.jobEnded()) {
      backups.look();
      saves.look(active);
      moves.migrations().look(active);
      moves.arrivals().look(active);
    }
  }

  @Override
  public CompletionStage<?> stopped(Lifecycle.Active active) {
    return exports.stopped(active);
  }

  @Override
  public void letGo() {
    works.letGo();
  }

  // ---- what the keeper asks

  @Override
  public Optional<Intent> unsettled() {
    return attachments.unsettled().or(adjustments::unsettled);
  }

  @Override
  public DomainStatus named(DomainStatus status) {
    return moves.arrivals().named(moves.migrations().domain().named(status));
  }

  @Override
  public boolean isOfSwitch(LaunchRecord launch, DomainStatus status) {
    return moves.migrations().domain().isAboutToSwitch(launch, status)
        || moves.arrivals().isAboutToComplete(status);
  }

  @Override
  public Step destroyed(Step step, String actor) {
    return moves.migrations().domain().destroyed(step, actor);
  }

  @Override
  public Optional<DomainStatus> saved(LaunchRecord launch) {
    return saves.afterwards(launch);
  }

  @Override
  public Optional<DomainStatus> migrated(LaunchRecord launch) {
    return moves.migrations().domain().afterwards(launch);
  }
}
