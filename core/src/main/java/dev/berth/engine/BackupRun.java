package dev.berth.engine;

import static dev.berth.engine.BackupJobRow.FILE_FAILED;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.engine.backup.BackupChain;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.BackupRecords;
import dev.berth.engine.backup.ChainProof;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.backup.RestorePlan.OfDisk;
import dev.berth.engine.backup.VerifiedImages;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.thread.EndableThread;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageRecipe.Compression;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.image.ImageTaskException.Kind;
import dev.berth.image.Repair;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.store.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for a job about a complete backup, on a thread that is held for as long as it takes.
 * What fails or is ended leaves nothing, or says what is left.
 */
final class BackupRun {
  private static final String LEFT = "left";
  private static final Logger LOG = LoggerFactory.getLogger(BackupRun.class);

  private final BackupFiles backups;
  private final BackupRecords records;
  private final ImageFiles images;
  private final Clock clock;
  private final KeptJob job;
  private final Runnable check;
  private final Consumer<Progress> show;
  private final EndableThread thread = new EndableThread();
  private final Pace pace = new Pace();
  private int percent = -1;
  private volatile List<Change> changes = List.of();

  /**
   * A run for that job.
   *
   * @param check fails when what it is about is not any more as it was when it was asked for
   * @param show hears how far it is
   */
  BackupRun(HostServices host, KeptJob job, Runnable check, Consumer<Progress> show) {
    this.backups = host.backupFiles();
    this.records = host.backupRecords();
    this.images = host.images();
    this.clock = host.clock();
    this.job = job;
    this.check = check;
    this.show = show;
  }

  /**
   * How it went.
   *
   * @param failed the code of what ended it; empty when all is done
   * @param detail a sentence for people; may be empty
   * @param made the numbers on the disk of the images that wait for their names
   */
  record Outcome(Optional<String> failed, String detail, List<String> made) {
    static Outcome done(String detail) {
      return new Outcome(Optional.empty(), detail, List.of());
    }

    /** The host is being closed, and the next one goes on with it. */
    static Outcome left() {
      return failed(LEFT, "");
    }

    boolean isLeft() {
      return failed.equals(Optional.of(LEFT));
    }

    static Outcome failed(String code, String detail) {
      return new Outcome(Optional.of(code), detail, List.of());
    }
  }

  /** Something that is done; it fails, or is interrupted. */
  private interface Stage {
    Outcome run() throws InterruptedException, ImageTaskException;
  }

  /** What is to be on record from now on, once it is done. */
  List<Change> changes() {
    return changes;
  }

  /** Somebody wants it ended, which is to be told like that. Any thread. */
  void end(String how) {
    thread.end(how);
  }

  /** Does what is over at once when somebody wants its end. */
  private Outcome endable(Stage stage) {
    if (!thread.begin()) {
      return Outcome.failed(thread.finish().orElseThrow(), "");
    }
    Outcome outcome = steady(stage);
    return thread.finish().map(how -> Outcome.failed(how, "")).orElse(outcome);
  }

  /** Does what is not begun by halves. */
  private Outcome steady(Stage stage) {
    try {
      return stage.run();
    } catch (ImageTaskException failure) {
      return Outcome.failed(failure.kind().text(), String.valueOf(failure.getMessage()));
    } catch (InterruptedException closed) {
      return Outcome.failed(BackupJobRow.INTERRUPTED, "");
    } catch (BerthException failure) {
      return Outcome.failed(code(failure), String.valueOf(failure.getMessage()));
    } catch (RuntimeException mistake) { // what was begun must not stay for ever
      LOG.error("Job {} failed unexpectedly", job.job().id(), mistake);
      return Outcome.failed(FILE_FAILED, "unexpected: " + mistake);
    }
  }

  private static String code(BerthException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("No space left") || message.contains("quota exceeded")
        ? Kind.NO_SPACE.text()
        : FILE_FAILED;
  }

  // ---- restoring

  /** Makes all images of a restore, beside their places. */
  Outcome copy() {
    RestorePlan plan = BackupJobRow.plan(job);
    Outcome outcome =
        endable(
            () -> {
              List<Backup> known = backups.list(plan.directory());
              Backup backup = RestorePlanning.find(known, plan.directory(), plan.backup());
              List<String> made = new ArrayList<>();
              long before = 0;
              for (OfDisk disk : plan.disks()) {
                BackupChain chain = chain(backup, disk.disk(), known);
                copy(chain, disk, before, plan.bytes());
                made.add(number(disk.partial(id())));
                before += disk.bytes();
              }
              check.run();
              return new Outcome(Optional.empty(), "", made);
            });
    return outcome.failed().isPresent() ? discarding(outcome) : outcome;
  }

  private BackupChain chain(Backup backup, String disk, List<Backup> known)
      throws ImageTaskException {
    BackupChain chain = BackupChain.of(images, backup, disk, known);
    chain.requireAsOnRecord(records);
    return chain;
  }

  private void copy(BackupChain chain, OfDisk disk, long before, long all)
      throws InterruptedException, ImageTaskException {
    Path partial = disk.partial(id());
    ImageTask copy =
        new ImageTask.Copy(chain.described(), new Layer(partial, disk.format()), Compression.NONE);
    try (ChainProof proof = ChainProof.begin(backups, chain)) {
      proven(
          proof,
          () -> {
            images.run(id(), copy, share -> show(before + (long) (share * disk.bytes()), all));
            images.force(partial); // which takes its time, as the proof does
          });
    }
    chain.requireNoneReplaced(images);
    if (disk.replaces().isPresent()) {
      images.prepare(partial, disk.file());
    }
  }

  /** Something that {@code qemu-img} does. */
  private interface Reading {
    void run() throws InterruptedException, ImageTaskException;
  }

  /** What is damaged may make qemu-img fail in any way: then that it is damaged is what counts. */
  private static void proven(ChainProof proof, Reading reading)
      throws InterruptedException, ImageTaskException {
    try {
      reading.run();
    } catch (ImageTaskException failure) {
      if (failure.kind() == Kind.FAILED || failure.kind() == Kind.LIMIT) {
        proof.await();
      }
      throw failure;
    }
    proof.await();
  }

  /** Gives the images of a restore their names; what has its name stays so. */
  Outcome name() {
    RestorePlan plan = BackupJobRow.plan(job);
    List<String> made = BackupJobRow.made(job);
    List<OfDisk> named = new ArrayList<>();
    Outcome outcome =
        steady(
            () -> {
              for (int i = 0; i < plan.disks().size(); i++) {
                name(plan.disks().get(i), made.get(i));
                named.add(plan.disks().get(i));
              }
              return Outcome.done("");
            });
    if (Thread.currentThread().isInterrupted()) {
      return Outcome.left();
    }
    return outcome.failed().isPresent() ? unnamed(outcome, named) : outcome;
  }

  private void name(OfDisk disk, String made) {
    Path partial = disk.partial(id());
    if (!Files.exists(partial, LinkOption.NOFOLLOW_LINKS)) {
      if (!isMade(disk, made)) {
        throw new HostFailureException(
            "Neither '"
                + disk.file()
                + "' is what was restored, nor is it beside: was its directory mounted?");
      }
    } else if (disk.replaces().isPresent()) {
      images.replace(partial, disk.file());
    } else {
      images.keep(partial, disk.file());
    }
  }

  private static boolean isMade(OfDisk disk, String made) {
    return Files.exists(disk.file(), LinkOption.NOFOLLOW_LINKS) && number(disk.file()).equals(made);
  }

  /** New images that were named go again; those that replaced others stay, and are told. */
  private Outcome unnamed(Outcome failure, List<OfDisk> named) {
    List<String> left = new ArrayList<>();
    for (OfDisk disk : named) {
      if (disk.replaces().isPresent()) {
        left.add("'" + disk.disk() + "' has been restored to '" + disk.file() + "'");
      } else {
        remove(disk.file()).ifPresent(left::add);
      }
    }
    Outcome discarded = discarding(failure);
    return left.isEmpty()
        ? discarded
        : Outcome.failed(
            discarded.failed().orElseThrow(),
            discarded.detail() + " What is left: " + String.join("; ", left) + ".");
  }

  /** Removes what is not complete. */
  Outcome discard() {
    return discarding(Outcome.done(""));
  }

  private Outcome discarding(Outcome outcome) {
    List<String> left = new ArrayList<>();
    BackupJobRow.partials(job).forEach(partial -> remove(partial).ifPresent(left::add));
    return left.isEmpty()
        ? outcome
        : new Outcome(
            outcome.failed(),
            (outcome.detail() + " What is left: " + String.join("; ", left)).strip(),
            outcome.made());
  }

  private Optional<String> remove(Path file) {
    try {
      images.discard(file);
      return Optional.empty();
    } catch (BerthException failure) {
      return Optional.of(String.valueOf(failure.getMessage()));
    }
  }

  /** Ends what a host before has started for the job. */
  void endLeftOver() {
    images.endLeftOver(id());
  }

  // ---- verifying

  /** Reads back each image of the backup, and of those that it stands on. */
  Outcome verify() {
    return endable(
        () -> {
          Path directory = BackupJobRow.directory(job);
          List<Backup> known = backups.list(directory);
          Backup backup = RestorePlanning.find(known, directory, BackupJobRow.backup(job));
          Map<String, BackupChain> chains = new LinkedHashMap<>();
          for (BackedUpDisk disk :
              backup.disks().stream().filter(BackedUpDisk::isInFolder).toList()) {
            chains.put(disk.disk(), chain(backup, disk.disk(), known));
          }
          VerifiedImages verified = VerifiedImages.begin(backups, chains.values());
          long all = chains.values().stream().mapToLong(BackupChain::fileBytes).sum();
          long before = 0;
          for (BackupChain chain : chains.values()) {
            verify(chain);
            before += chain.fileBytes();
            show(before, all);
          }
          changes = verified.changes(records);
          return Outcome.done(Math.toIntExact(chains.size()) + " disks are as they were written");
        });
  }

  private void verify(BackupChain chain) throws InterruptedException, ImageTaskException {
    try (ChainProof proof = ChainProof.begin(backups, chain)) {
      for (BackedUpDisk layer : chain.layers()) {
        if (layer.format() == ImageFormat.RAW) {
          continue; // it has nothing but content, which is compared
        }
        ImageTask check = new ImageTask.Check(new Layer(layer.file(), layer.format()), Repair.NONE);
        try {
          proven(proof, () -> images.run(id(), check, share -> {}));
        } catch (ImageTaskException failure) {
          if (failure.kind() == Kind.ERRORS_FOUND) {
            throw chain.damaged("'" + layer.file() + "' has " + failure.getMessage());
          }
          throw failure;
        }
      }
    }
    chain.requireNoneReplaced(images);
  }

  // ---- deleting

  /** Takes the backup its name, and then removes it. */
  Outcome delete() {
    Path folder = BackupJobRow.directory(job).resolve(BackupJobRow.backup(job).text());
    Path aside = BackupJobRow.aside(job);
    Outcome outcome =
        steady(
            () -> {
              if (!backups.isThere(folder.resolveSibling(""))) {
                throw new HostFailureException(
                    "'" + folder.resolveSibling("") + "' is not there; it may not be mounted.");
              }
              if (!backups.isThere(aside) && backups.isThere(folder)) {
                check.run();
                backups.requireComplete(folder, BackupJobRow.madeBy(job));
                backups.setAside(folder, aside, BackupJobRow.madeBy(job));
              }
              backups.discard(aside);
              if (!backups.isThere(folder)) {
                changes = List.of(new Change.RemoveBackup(folder));
              }
              return Outcome.done("");
            });
    return Thread.currentThread().isInterrupted() ? Outcome.left() : outcome;
  }

  // ---- its parts

  /** A hundred times at most: each is a turn. */
  private void show(long done, long all) {
    int now = all == 0 ? 100 : (int) (100.0 * done / all);
    if (now > percent) {
      percent = now;
      show.accept(pace.at(clock.instant(), done, all));
    }
  }

  private static String number(Path file) {
    try {
      return String.valueOf(Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      throw new HostFailureException("'" + file + "' cannot be looked at: " + e + ".", e);
    }
  }

  private JobId id() {
    return job.job().id();
  }
}
