package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.StreamAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The row of a migration at its source, and what it tells. */
final class MigrationRow {
  static final String COMPLETE = "complete";
  static final String CANCELLED = "cancelled";
  static final String INTERRUPTED = "interrupted";
  static final String REFUSED_BY_TARGET = "refused-by-target";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String TRANSFER_FAILED = "transfer-failed";
  static final String TARGET_FAILED = "target-failed";
  static final String TARGET_SILENT = "target-silent";
  static final String MACHINE_ENDED = "machine-ended";
  static final String DECIDED_BY_HAND = "decided-by-hand";
  static final String NOT_IN_TIME = "not-in-time";

  /** A fact: how fast it may go. */
  static final String SPEED = "bytesPerSecond";

  private static final String GUEST = "guest";
  private static final String DOWNTIME = "downtimeMillis";
  private static final String CONVERGENCE = "convergence";
  private static final String LIMIT = "limitMillis";
  private static final String AT_LIMIT = "atLimit";
  private static final String UNTIL = "until";
  private static final String FORCED = "forced";
  private static final String CHANNELS = "channels";
  private static final String COMPRESSION = "compression";
  private static final String STREAM = "stream";
  private static final String STANDS_SINCE = "standsSince";
  private static final String REST_SINCE = "restSince";
  private static final String SENT_SINCE = "sentSince";
  private static final String END = "end";
  private static final String WHY = "why";
  private static final String DESTROYED = "destroyed";

  /** QAPI {@code downtime-limit}. */
  private static final long LONGEST_DOWNTIME_MILLIS = 2_000_000;

  private MigrationRow() {}

  /** That of a migration that is to begin, of the machine that there is. */
  static KeptJob of(
      MigrationRequest request,
      List<CopiedImage> copies,
      DomainOnRecord ledger,
      Job.Origin origin) {
    Map<String, String> facts = new HashMap<>();
    facts.put(KeptJob.INCARNATION, ledger.launch().orElseThrow().incarnation());
    facts.put(GUEST, guest(ledger).name());
    facts.put(CONVERGENCE, request.convergence().name());
    facts.putAll(StorageRow.facts(copies, ledger.launch().orElseThrow()));
    request.bytesPerSecond().ifPresent(speed -> facts.put(SPEED, Long.toString(speed)));
    request.downtime().ifPresent(time -> facts.put(DOWNTIME, Long.toString(time.toMillis())));
    request
        .limit()
        .ifPresent(
            limit -> {
              facts.put(LIMIT, Long.toString(limit.within().toMillis()));
              facts.put(AT_LIMIT, limit.then().name());
              facts.put(UNTIL, origin.since().plus(limit.within()).toString());
            });
    facts.put(CHANNELS, Integer.toString(request.channels().count()));
    facts.put(COMPRESSION, request.channels().compression().name());
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(
                JobKind.MIGRATION, ledger.uuid(), ledger.name(), request.target().toString()),
            origin,
            running(SourcePhase.PREPARING, Optional.empty(), "")),
        facts);
  }

  /** Those of a domain that go on. */
  static List<KeptJob> running(DomainOnRecord ledger) {
    return ledger.running().stream()
        .filter(job -> job.job().target().kind() == JobKind.MIGRATION && !OfflineRow.is(job))
        .toList();
  }

  /** Whether it is of that machine. */
  static boolean isOf(LaunchRecord launch, KeptJob job) {
    return job.fact(KeptJob.INCARNATION).equals(launch.incarnation());
  }

  static Job.Status running(SourcePhase phase, Optional<Progress> progress, String detail) {
    return new Job.Status(JobState.RUNNING, phase.text(), progress, detail, Optional.empty());
  }

  /** The same migration in another phase. */
  static KeptJob in(SourcePhase phase, KeptJob job) {
    return in(phase, job, "");
  }

  static KeptJob in(SourcePhase phase, KeptJob job, String detail) {
    return job.with(running(phase, job.job().status().progress(), detail));
  }

  /** The same, of which QEMU is to begin to send. */
  static KeptJob transferring(KeptJob job, StreamAddress stream) {
    return in(SourcePhase.TRANSFERRING, job.with(STREAM, stream.text()));
  }

  /** The same, whose guest stands since then. */
  static KeptJob switching(KeptJob job, Instant since) {
    return in(SourcePhase.SWITCHING, job.with(STANDS_SINCE, since.toString()));
  }

  /** The same, of which QEMU is to send the rest: nothing is left to be copied since then. */
  static KeptJob sendingTheRest(KeptJob job, Instant since) {
    return job.with(REST_SINCE, since.toString());
  }

  /** Whether QEMU was, or may have been, told to send the rest. */
  static boolean sendsTheRest(KeptJob job) {
    return !job.fact(restSince(job)).isEmpty();
  }

  /** The same, of which QEMU has sent all. */
  static KeptJob sent(KeptJob job, Instant since) {
    return in(SourcePhase.SENT, job.with(SENT_SINCE, since.toString()));
  }

  private static String restSince(KeptJob job) {
    return StorageRow.hasCopies(job) ? REST_SINCE : STANDS_SINCE;
  }

  /** The same, which is taken back, and is to end with that code. */
  static KeptJob returning(KeptJob job, String end, String why) {
    return in(SourcePhase.RETURNING, job.with(END, end), why);
  }

  /** The same, of which the target is to be told that it is over, and which ends with that code. */
  static KeptJob telling(KeptJob job, String end, String why) {
    return in(SourcePhase.TELLING, job.with(END, end).with(WHY, why), why);
  }

  /** Why it is over, whatever the target has said since. */
  static String why(KeptJob job) {
    return job.fact(WHY).isEmpty() ? job.job().status().detail() : job.fact(WHY);
  }

  /** The same, whose machine here somebody has destroyed. */
  static KeptJob destroyed(KeptJob job) {
    return job.with(DESTROYED, "yes");
  }

  static boolean wasDestroyed(KeptJob job) {
    return !job.fact(DESTROYED).isEmpty();
  }

  static SourcePhase phase(KeptJob job) {
    return SourcePhase.of(job.job().status().phase());
  }

  static boolean isIn(KeptJob job, SourcePhase phase) {
    return job.isRunning() && phase(job) == phase;
  }

  static URI target(KeptJob job) {
    return URI.create(job.job().target().subject());
  }

  /** What the guest of a machine does that is to go. */
  static Guest guest(DomainOnRecord ledger) {
    return ledger.status().state() == DomainState.RUNNING ? Guest.RUNNING : Guest.PAUSED;
  }

  /** What the guest did before. */
  static Guest guest(KeptJob job) {
    return Guest.valueOf(job.fact(GUEST));
  }

  /** Whether QEMU was, or may have been, told to send. */
  static boolean isBegun(KeptJob job) {
    return !job.fact(STREAM).isEmpty();
  }

  static StreamAddress stream(KeptJob job) {
    return StreamAddress.of(job.fact(STREAM));
  }

  /** How it is to end once it is taken back. */
  static String end(KeptJob job) {
    return job.fact(END);
  }

  static Optional<Long> bytesPerSecond(KeptJob job) {
    return number(job, SPEED);
  }

  /** For how long the guest may stand: once its time is over, for as long as QEMU can be told. */
  static Optional<Long> downtimeMillis(KeptJob job) {
    return isForced(job) ? Optional.of(LONGEST_DOWNTIME_MILLIS) : number(job, DOWNTIME);
  }

  static Convergence convergence(KeptJob job) {
    return Convergence.valueOf(job.fact(CONVERGENCE));
  }

  /** Over how many connections it is sent. */
  static StateChannels channels(KeptJob job) {
    return new StateChannels(
        Integer.parseInt(job.fact(CHANNELS)), Compression.valueOf(job.fact(COMPRESSION)));
  }

  /** How long it may take until the switch. */
  static Optional<MigrationLimit> limit(KeptJob job) {
    return number(job, LIMIT)
        .map(
            millis ->
                new MigrationLimit(Duration.ofMillis(millis), AtLimit.valueOf(job.fact(AT_LIMIT))));
  }

  /** Until when that is, if there is a limit. */
  static Instant until(KeptJob job) {
    return Instant.parse(job.fact(UNTIL));
  }

  /** The same, whose guest stands as soon as QEMU can have it stand. */
  static KeptJob forced(KeptJob job) {
    return job.with(FORCED, "yes");
  }

  static boolean isForced(KeptJob job) {
    return !job.fact(FORCED).isEmpty();
  }

  /** The same, at another pace. */
  static KeptJob at(MigrationPace pace, KeptJob job) {
    KeptJob faster =
        pace.bytesPerSecond().map(speed -> job.with(SPEED, Long.toString(speed))).orElse(job);
    return pace.downtime()
        .map(time -> faster.with(DOWNTIME, Long.toString(time.toMillis())))
        .orElse(faster);
  }

  private static Optional<Long> number(KeptJob job, String fact) {
    return job.fact(fact).isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(job.fact(fact)));
  }

  /** For how long the guest has been standing at that moment. */
  static Duration standing(KeptJob job, Instant now) {
    String since = job.fact(STANDS_SINCE);
    return since.isEmpty() ? Duration.ZERO : Duration.between(Instant.parse(since), now);
  }

  /**
   * Since when the guest has been standing for nothing but the rest, or the target's word; empty
   * when that is not on record.
   */
  static String waitsSince(KeptJob job) {
    return job.fact(isIn(job, SourcePhase.SENT) ? SENT_SINCE : restSince(job));
  }
}
