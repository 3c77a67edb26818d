package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.Backup.Place;
import dev.berth.backup.BackupName;
import dev.berth.domain.ByteSize;
import dev.berth.engine.backup.BackupFolder;
import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.BackupPlan.Basis;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.backup.BackupRecord;
import dev.berth.engine.backup.BackupTargets;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.EndableThread;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.image.Repair;
import dev.berth.job.JobId;
import dev.berth.store.Change;
import java.io.FileDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last part of a backup, whose images QEMU has closed: each is looked at for errors, since what
 * was written last may have failed unseen; it is brought to the disk and read for its checksum; the
 * backup is described and gets its name. Of one thread, which storage may hold up.
 */
final class BackupSealing {
  private static final Logger LOG = LoggerFactory.getLogger(BackupSealing.class);

  private final HostServices host;
  private final Ledger ledger;
  private final KeptJob job;
  private final BackupTargets targets;
  private final boolean wasBegun;
  private final EndableThread thread = new EndableThread();
  private final List<String> unread = new CopyOnWriteArrayList<>();
  private volatile String code = BackupRow.FILE_FAILED;
  private volatile List<Change> record = List.of();

  private BackupSealing(
      HostServices host, Ledger ledger, KeptJob job, BackupTargets targets, boolean wasBegun) {
    this.targets = targets;
    this.host = host;
    this.ledger = ledger;
    this.job = job;
    this.wasBegun = wasBegun;
  }

  /** Of a backup that has just come so far. */
  static BackupSealing first(HostServices host, Ledger ledger, KeptJob job, BackupTargets targets) {
    return new BackupSealing(host, ledger, job, targets, false);
  }

  /** Of one that may have been at it when the host before ended. */
  static BackupSealing again(HostServices host, Ledger ledger, KeptJob job, BackupTargets targets) {
    return new BackupSealing(host, ledger, job, targets, true);
  }

  /** How the job is to end when it has failed. */
  String code() {
    return code;
  }

  /** Nobody wants it any more. Any thread. */
  void end() {
    thread.end(BackupRow.CANCELLED);
  }

  /** The disks that were written to given files which nobody has any more. */
  List<String> unread() {
    return unread;
  }

  /** Seals it, or finds that it was sealed. */
  void run() throws InterruptedException {
    try {
      if (thread.begin()) {
        seal();
      }
    } finally {
      thread.finish();
    }
  }

  private void seal() throws InterruptedException {
    JobId id = job.job().id();
    if (wasBegun) {
      host.images().endLeftOver(id);
    }
    Path partial = BackupRow.partial(job);
    if (host.backupFiles().isThere(partial)) {
      requireWritten();
      host.backupFiles().complete(partial, backup(partial));
    } else { // then a host before had come so far
      host.backupFiles().requireComplete(BackupRow.folder(job), id);
    }
    record = onRecord(BackupRow.folder(job));
  }

  /** Nothing when it cannot be looked at, which the next scan does. */
  private List<Change> onRecord(Path folder) {
    try {
      return host.backupFiles()
          .look(RestorePlanning.real(folder))
          .flatMap(BackupFolder::backup)
          .map(backup -> BackupRecord.of(host.backupFiles(), backup).changes())
          .orElse(List.of());
    } catch (BerthException unreadable) {
      LOG.warn("Backup '{}' is complete and not on record: {}", folder, unreadable.getMessage());
      return List.of();
    }
  }

  /** The step, with which the backup is on record. */
  Step recorded(Step step) {
    record.forEach(step::change);
    return step.whenPublished(() -> host.backupRecords().apply(record));
  }

  /** What was not on the disk yet is gone with a power cut, and nothing in the image tells. */
  private void requireWritten() {
    if (wasBegun && BackupRow.mayHaveLostPages(job, host.boot())) {
      throw new HostFailureException(
          "The machine that the host runs on was booted anew before the backup was on its disk.");
    }
  }

  private Backup backup(Path partial) throws InterruptedException {
    BackupPlan plan = BackupRow.plan(job);
    CompletableFuture<Void> onDisk = onDisk(partial, plan);
    List<BackedUpDisk> disks = new ArrayList<>();
    for (OfDisk disk : plan.disks()) {
      disks.add(disk.target().isPresent() ? given(disk) : inFolder(partial, disk));
    }
    OperationThreads.await(onDisk);
    requireBases(plan);
    return new Backup(
        new BackupName(job.job().target().subject()),
        new Backup.Origin(
            ledger.uuid(),
            ledger.name(),
            job.job().origin().actor(),
            plan.sequence(),
            job.job().id()),
        BackupRow.at(job),
        BackupRow.folder(job),
        disks,
        BackupRow.consistency(job));
  }

  private BackedUpDisk inFolder(Path partial, OfDisk disk) throws InterruptedException {
    return new BackedUpDisk(
        disk.disk(),
        BackupRow.folder(job).resolve(disk.file()),
        disk.format(),
        disk.extent(),
        disk.basis().map(Basis::backup),
        disk.reason(),
        content(partial.resolve(disk.file()), disk));
  }

  private BackedUpDisk given(OfDisk disk) {
    boolean isRaw = disk.format() == ImageFormat.RAW;
    Content content =
        targets
            .of(job.job().id(), disk.disk())
            .map(file -> read(file, disk))
            .orElseGet(
                () -> {
                  unread.add(disk.disk());
                  return new Content(new ByteSize(disk.size()), isRaw ? disk.size() : 0, "");
                });
    return new BackedUpDisk(
        disk.disk(),
        disk.target().orElseThrow().place(),
        disk.format(),
        disk.extent(),
        Optional.empty(),
        disk.reason(),
        content,
        Place.GIVEN);
  }

  private Content read(FileDescriptor file, OfDisk disk) {
    long most = disk.format() == ImageFormat.RAW ? disk.size() : Long.MAX_VALUE;
    Content content = host.backupFiles().content(file, disk.size(), most);
    return disk.format() == ImageFormat.RAW ? whole(content, disk) : content;
  }

  /** What it stands on may have gone since it was planned. */
  private void requireBases(BackupPlan plan) {
    for (OfDisk disk : plan.disks()) {
      disk.basis()
          .filter(basis -> !host.backupFiles().isThere(basis.file()))
          .ifPresent(
              gone -> {
                throw new HostFailureException(
                    "Backup '"
                        + gone.backup()
                        + "', which it would stand on, is not there any more.");
              });
    }
  }

  /** A disk takes its time to write what QEMU has left to the kernel; it is read meanwhile. */
  private CompletableFuture<Void> onDisk(Path partial, BackupPlan plan) {
    return CompletableFuture.allOf(
        plan.disks().stream()
            .filter(disk -> disk.target().isEmpty()) // else QEMU has flushed it
            .map(disk -> partial.resolve(disk.file()))
            .map(
                image ->
                    CompletableFuture.runAsync(
                        () -> host.backupFiles().force(image), host.patient()))
            .toArray(CompletableFuture[]::new));
  }

  /** It is looked at and read at once: either takes its time, the one with a large image. */
  private Content content(Path image, OfDisk disk) throws InterruptedException {
    if (disk.format() == ImageFormat.RAW) {
      return whole(host.backupFiles().content(image, disk.size()), disk);
    }
    CompletableFuture<Content> content =
        CompletableFuture.supplyAsync(
            () -> host.backupFiles().content(image, disk.size()), host.patient());
    ImageTask check = new ImageTask.Check(new Layer(image, ImageFormat.QCOW2), Repair.NONE);
    try {
      host.images().run(job.job().id(), check, share -> {});
    } catch (ImageTaskException wrong) {
      code = BackupRow.WRITE_FAILED;
      throw new HostFailureException(
          "The image of disk '" + disk.disk() + "' is not whole: " + wrong.getMessage(), wrong);
    }
    return OperationThreads.await(content);
  }

  /** All that a raw image tells of itself is its length. */
  private Content whole(Content content, OfDisk disk) {
    if (content.fileBytes() != disk.size()) {
      code = BackupRow.WRITE_FAILED;
      throw new HostFailureException(
          "The image of disk '"
              + disk.disk()
              + "' is not whole: it has "
              + content.fileBytes()
              + " bytes, and the disk "
              + disk.size()
              + ".");
    }
    return content;
  }
}
