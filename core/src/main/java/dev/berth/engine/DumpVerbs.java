package dev.berth.engine;

import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.UnsupportedException;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.qapi.dump.DumpGuestMemoryFormat;
import dev.berth.qapi.dump.QueryDumpGuestMemoryCapability;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * The verb that begins a dump of memory: what would make it fail is found out before anything is on
 * record. {@link MemoryDumps} does the rest. Runs in the driver's turns.
 */
final class DumpVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MemoryDumps dumps;
  private final MachineVerbs verbs;
  private final Requests requests;

  DumpVerbs(
      HostServices host, Ledger ledger, MemoryDumps dumps, MachineVerbs verbs, Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.dumps = dumps;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Begins a dump. */
  CompletionStage<?> dump(
      MemoryDump dump,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(dump, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.DUMP_MEMORY, dump.file().toString());
    return verbs.onLiveMachine(
        Verb.DUMP_MEMORY,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.DUMP_MEMORY, actor, hasDeadline, answer);
          possible(active, dump)
              .whenComplete(
                  (fine, failure) ->
                      requests.post(
                          answer,
                          () ->
                              failure == null
                                  ? begin(dump, options, actor, answer)
                                  : refused(answer, failure)));
          return Mailbox.DONE;
        });
  }

  /** The job that the same call has begun before, if it has. */
  private Optional<Job> same(MemoryDump dump, JobOptions options) {
    return ledger.jobs().same(options, JobKind.DUMP_MEMORY, dump.file().toString(), Map.of());
  }

  private CompletableFuture<?> possible(Lifecycle.Active active, MemoryDump dump) {
    CompletableFuture<Void> file =
        CompletableFuture.runAsync(
            () -> host.dumpFiles().check(dump.file(), dump.existing()), host.patient());
    if (dump.format() == MemoryDump.Format.ELF) {
      return file;
    }
    return file.thenCompose(
            fine -> active.machine().qmp().send(new QueryDumpGuestMemoryCapability()))
        .thenAccept(can -> requireFormat(active, dump.format(), can.formats()));
  }

  private static void requireFormat(
      Lifecycle.Active active, MemoryDump.Format wanted, List<DumpGuestMemoryFormat> formats) {
    if (!formats.contains(new DumpGuestMemoryFormat(wanted.text()))) {
      throw new UnsupportedException(
          "Cannot dump memory as "
              + wanted.text()
              + ": QEMU "
              + active.machine().launch().qemu().version()
              + " does this machine's as "
              + formats.stream().map(DumpGuestMemoryFormat::value).collect(Collectors.joining(", "))
              + ".");
    }
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    answer.completeExceptionally(Answers.cause(failure));
    return Mailbox.DONE;
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      MemoryDump dump, JobOptions options, String actor, CompletableFuture<Job> answer) {
    Optional<Job> same = same(dump, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.DUMP_MEMORY, dump.file().toString());
    return verbs.onLiveMachine(
        Verb.DUMP_MEMORY,
        true,
        active -> {
          KeptJob job = DumpRow.of(dump, ledger, new Job.Origin(actor, options.key(), host.now()));
          return ledger
              .request(JobSteps.began(Step.by(actor), job))
              .thenRun(
                  () -> {
                    answer.complete(job.job());
                    dumps.begin(active, job, dump.format());
                  });
        });
  }
}
