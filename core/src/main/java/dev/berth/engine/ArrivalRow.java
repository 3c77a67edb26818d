package dev.berth.engine;

import dev.berth.engine.migration.MigrationReach;
import dev.berth.engine.step.KeptJob;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetPhase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The row of a migration at its target, and what it tells. */
final class ArrivalRow {
  static final String MACHINE_ENDED = "machine-ended";

  private static final String GUEST = "guest";
  private static final String STREAM = "stream";

  private ArrivalRow() {}

  /** That of a machine that is to come. */
  static KeptJob of(Offer offer, String actor, Instant now) {
    return new KeptJob(
        new Job(
            offer.migration(),
            new Job.Target(JobKind.INCOMING_MIGRATION, offer.domain(), offer.name(), from(offer)),
            new Job.Origin(actor, Optional.empty(), now),
            running(TargetPhase.PREPARING, "")),
        facts(offer));
  }

  private static Map<String, String> facts(Offer offer) {
    Map<String, String> facts = new HashMap<>(StorageRow.facts(offer.copies()));
    facts.put(GUEST, offer.guest().name());
    return facts;
  }

  /** Where the source has its machines, which is what it tells of itself. */
  private static String from(Offer offer) {
    Path launch = offer.launch().files().runDirectory();
    Path domain = Objects.requireNonNullElse(launch.getParent(), launch);
    return PeerWords.of("from " + Objects.requireNonNullElse(domain.getParent(), domain));
  }

  private static Job.Status running(TargetPhase phase, String detail) {
    return new Job.Status(
        JobState.RUNNING, phase.text(), Optional.empty(), detail, Optional.empty());
  }

  /** The same migration in another phase. */
  static KeptJob in(TargetPhase phase, KeptJob job, String detail) {
    return job.with(running(phase, detail));
  }

  /** How far it is; one that has ended is complete, for nothing else of it ends here. */
  static TargetPhase phase(KeptJob job) {
    return TargetPhase.of(job.job().status().phase()).orElse(TargetPhase.COMPLETE);
  }

  /** The same, whose machine takes in there what comes. */
  static KeptJob incoming(KeptJob job, Arrival ready) {
    KeptJob incoming = job.with(STREAM, ready.stream().orElseThrow().text());
    return in(
        TargetPhase.INCOMING,
        ready.storage().map(at -> StorageRow.stored(incoming, at)).orElse(incoming),
        "");
  }

  /** Where its machine takes in the state. */
  static StreamAddress stream(KeptJob job, LaunchRecord launch) {
    String stream = job.fact(STREAM);
    return stream.isEmpty()
        ? new StreamAddress.Socket(launch.files().stateSocket()) // of an earlier version
        : StreamAddress.of(stream);
  }

  /** Whether QEMU was given what the state is decrypted by. */
  static boolean isEncrypted(KeptJob job) {
    String stream = job.fact(STREAM);
    return !stream.isEmpty() && StreamAddress.of(stream) instanceof StreamAddress.Port;
  }

  /** What the guest did before. */
  static Guest guest(KeptJob job) {
    return Guest.valueOf(job.fact(GUEST));
  }

  /** The same, of which nothing is to be left. */
  static KeptJob unwanted(KeptJob job) {
    return job.with(MigrationReach.UNWANTED, "yes");
  }

  static boolean isUnwanted(KeptJob job) {
    return !job.fact(MigrationReach.UNWANTED).isEmpty();
  }

  /** Whether a machine comes by that job. */
  static boolean is(KeptJob job) {
    return job.job().target().kind() == JobKind.INCOMING_MIGRATION && !OfflineRow.is(job);
  }
}
