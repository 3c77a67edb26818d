package dev.berth.engine;

import dev.berth.domain.StateReason;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import dev.berth.qapi.dump.DumpGuestMemory;
import dev.berth.qapi.dump.DumpGuestMemoryFormat;
import dev.berth.qapi.dump.DumpQueryResult;
import dev.berth.qapi.dump.DumpStatus;
import dev.berth.qapi.dump.QueryDump;
import dev.berth.qapi.misc.Closefd;
import dev.berth.qapi.misc.Getfd;
import dev.berth.qmp.QmpConnection;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dumps of a guest's memory, each from its row to its file. Runs in the driver's turns, and holds
 * no thread while QEMU writes; what the storage may hold up is done by the patient threads.
 *
 * <pre>
 *   job on record ──file made, given──► QEMU writes ──all written──► file named ──► complete
 *   (beginning)                         (writing)                    (naming)
 *        └──────────────────────────────────┴── it failed ─────────► file removed ──► failed
 * </pre>
 *
 * <p>QEMU knows one dump at a time and no name for it. What it says is about ours when there is
 * something in our file: nobody but the QEMU that was given it writes there. A file that is not
 * there any more was named when the job was naming it, and removed else.
 */
final class MemoryDumps implements MachineJobWork {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration GUEST_GOES_ON = Duration.ofMillis(20);
  private static final Logger LOG = LoggerFactory.getLogger(MemoryDumps.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final DumpEnds ends;
  private Pace pace = new Pace();
  private String lastError = "";
  private boolean looking;

  MemoryDumps(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.ends = new DumpEnds(host, mailbox, ledger, keeper);
  }

  // ---- beginning

  /** Has QEMU write the memory for a job that is on record. */
  void begin(Lifecycle.Active active, KeptJob job, MemoryDump.Format format) {
    lastError = "";
    ends.aside(() -> host.dumpFiles().create(DumpRow.partial(job)))
        .whenComplete(
            (file, failure) -> {
              boolean posted =
                  mailbox.event(
                      () ->
                          file == null
                              ? ends.failed(job, DumpEnds.FILE_FAILED, Answers.cause(failure))
                              : give(active, job, format, file));
              if (!posted && file != null) {
                close(file); // the next host finds an empty file, and removes it
              }
            });
  }

  private CompletionStage<?> give(
      Lifecycle.Active active, KeptJob job, MemoryDump.Format format, FileOutputStream file) {
    QmpConnection qmp = active.machine().qmp();
    CompletableFuture<?> given;
    try {
      given = qmp.send(new Getfd(DumpRow.name(job)), file.getFD());
    } catch (IOException impossible) { // the file has just been opened
      given = CompletableFuture.failedFuture(impossible);
    }
    given
        .whenComplete((done, failure) -> close(file))
        .thenCompose(
            done ->
                qmp.send(
                    DumpGuestMemory.builder(false, "fd:" + DumpRow.name(job))
                        .detach(true)
                        .format(new DumpGuestMemoryFormat(format.text()))
                        .build()))
        .whenComplete((done, failure) -> mailbox.event(() -> begun(active, job, failure)));
    return Mailbox.DONE;
  }

  private CompletionStage<?> begun(
      Lifecycle.Active active, KeptJob job, @Nullable Throwable failure) {
    if (!goesOn(active, job)) {
      return Mailbox.DONE; // its end, or the next adoption, finds out how far it came
    }
    if (failure == null) {
      return nowWriting(active, job);
    }
    if (Answers.cause(failure) instanceof QemuRefusedException refused) {
      takeBack(active, job);
      ends.discard(job, DumpEnds.REFUSED_BY_QEMU, "QEMU refused it: " + refused.description());
    }
    return Mailbox.DONE; // else its connection is lost
  }

  private CompletionStage<?> nowWriting(Lifecycle.Active active, KeptJob job) {
    pace = new Pace();
    KeptJob writing = job.with(DumpRow.running(DumpRow.WRITING, job.job().status().progress()));
    return keeper
        .record(Step.by(job.job().origin().actor()).job(writing))
        .thenRun(() -> look(active));
  }

  /** A file that QEMU may have been given, and has not begun to write to. */
  private static void takeBack(Lifecycle.Active active, KeptJob job) {
    active
        .machine()
        .qmp()
        .send(new Closefd(DumpRow.name(job)))
        .exceptionally(
            notThere -> {
              LOG.debug("Nothing to take back of job {}", job.job().id(), notThere);
              return null;
            });
  }

  // ---- going on

  /** QEMU tells that a dump is over, and what went wrong with it. */
  void ended(Lifecycle.Active active, String error) {
    lastError = error;
    look(active);
  }

  /** Asks how far the dump is, now and as long as it goes on. */
  private void look(Lifecycle.Active active) {
    if (looking || keeper.lifecycle() != active || running().isEmpty()) {
      return;
    }
    looking = true;
    active
        .machine()
        .qmp()
        .send(new QueryDump())
        .whenComplete((now, failure) -> mailbox.event(() -> seen(active, now, failure)));
  }

  private CompletionStage<?> seen(
      Lifecycle.Active active, @Nullable DumpQueryResult now, @Nullable Throwable failure) {
    looking = false;
    List<KeptJob> writing =
        running().stream()
            .filter(job -> goesOn(active, job))
            .filter(job -> job.job().status().phase().equals(DumpRow.WRITING))
            .toList();
    if (writing.isEmpty()) {
      return Mailbox.DONE;
    }
    KeptJob job = writing.get(0); // there is never more than one, see JobConflicts
    if (now == null) {
      LOG.warn("Domain '{}': how far its dump is cannot be asked", ledger.name(), failure);
      lookLater(active, LOOK_AGAIN);
    } else if (now.status().equals(DumpStatus.ACTIVE)) {
      ledger.jobs().show(job.with(DumpRow.running(DumpRow.WRITING, Optional.of(progress(now)))));
      lookLater(active, LOOK_AGAIN);
    } else {
      keeper
          .runStates()
          .ask(active)
          .thenRun(() -> mailbox.event(() -> over(active, job, now)))
          .exceptionally(lost -> null); // its connection is, and the next adoption finds out
    }
    return Mailbox.DONE;
  }

  /** Tells of no end before the guest goes on, which QEMU lets it a little later. */
  private CompletionStage<?> over(Lifecycle.Active active, KeptJob job, DumpQueryResult how) {
    if (!goesOn(active, job)) {
      return Mailbox.DONE;
    }
    if (ledger.status().reason() == StateReason.DUMPING) {
      lookLater(active, GUEST_GOES_ON);
      return Mailbox.DONE;
    }
    if (how.status().equals(DumpStatus.COMPLETED)) {
      return ends.allWritten(job, how.total());
    }
    ends.discard(
        job,
        DumpEnds.DUMP_FAILED,
        lastError.isEmpty()
            ? "QEMU could not write it; nobody was there to hear why"
            : "QEMU could not write it: " + lastError);
    return Mailbox.DONE;
  }

  private Progress progress(DumpQueryResult now) {
    return pace.at(host.now(), now.completed(), now.total());
  }

  private void lookLater(Lifecycle.Active active, Duration pause) {
    host.timers()
        .after(
            pause,
            () ->
                mailbox.event(
                    () -> {
                      look(active);
                      return Mailbox.DONE;
                    }));
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    looking = false;
    for (KeptJob job : running()) {
      if (goesOn(active, job)) {
        active
            .machine()
            .qmp()
            .send(new QueryDump())
            .thenCombine(
                ends.aside(() -> host.dumpFiles().size(DumpRow.partial(job))),
                (now, size) -> mailbox.event(() -> found(active, job, now, size)))
            .exceptionally(
                failure -> {
                  LOG.warn(
                      "Domain '{}': what became of its dump is not known yet",
                      ledger.name(),
                      failure);
                  return false;
                });
      }
    }
  }

  private CompletionStage<?> found(
      Lifecycle.Active active, KeptJob job, DumpQueryResult now, OptionalLong size) {
    if (!goesOn(active, job)) {
      return Mailbox.DONE;
    }
    if (DumpRow.isNaming(job)) {
      ends.keep(job);
      return Mailbox.DONE;
    }
    if (size.isPresent() && (now.status().equals(DumpStatus.ACTIVE) || size.getAsLong() > 0)) {
      return nowWriting(active, job);
    }
    takeBack(active, job);
    ends.discard(
        job, DumpEnds.INTERRUPTED, "the host's process ended before QEMU had written anything");
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    String present = ledger.launch().map(launch -> launch.incarnation()).orElse("");
    for (KeptJob job : running()) {
      if (!job.fact(KeptJob.INCARNATION).equals(present)) {
        if (DumpRow.isNaming(job)) {
          ends.keep(job);
        } else {
          ends.discard(job, DumpEnds.MACHINE_ENDED, "the machine has ended before all was written");
        }
      }
    }
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    throw new UnsupportedException(
        "Cannot cancel job "
            + job.job().id()
            + ": QEMU ends no dump of memory before it is complete. Wait for it, or destroy domain '"
            + ledger.name()
            + "'.");
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": QEMU holds up no dump of memory. Wait for it, or destroy domain '"
            + ledger.name()
            + "'.");
  }

  // ---- its parts

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.DUMP_MEMORY)
        .toList();
  }

  private boolean goesOn(Lifecycle.Active active, KeptJob job) {
    return keeper.lifecycle() == active
        && job.fact(KeptJob.INCARNATION).equals(active.machine().launch().incarnation())
        && ledger.jobs().find(job.job().id()).filter(KeptJob::isRunning).isPresent();
  }

  private static void close(FileOutputStream file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("A file that QEMU writes to cannot be closed here", e);
    }
  }
}
