package dev.berth.engine;

import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.host.MigrationRequest;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetPhase;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows of a migration of a domain without a machine, at its source and at its target. */
final class OfflineRow {
  private static final String WAY = "way";
  private static final String OFFLINE = "offline";
  private static final String SETTLING = "settling";

  private OfflineRow() {}

  /**
   * That of one that is to begin.
   *
   * @param copies the images that it takes along, and what reads them
   */
  static KeptJob of(
      MigrationRequest request,
      CopiesAtRest.Found copies,
      DomainOnRecord ledger,
      Job.Origin origin) {
    Map<String, String> facts = new HashMap<>();
    facts.put(WAY, OFFLINE);
    List<CopiedImage> images = copies.plan().copies();
    for (LaunchRecord reader : copies.standIn().stream().toList()) {
      facts.putAll(StorageRow.facts(images, reader));
      facts.putAll(StandInRow.fact(reader));
    }
    request
        .bytesPerSecond()
        .ifPresent(speed -> facts.put(MigrationRow.SPEED, Long.toString(speed)));
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(
                JobKind.MIGRATION, ledger.uuid(), ledger.name(), request.target().toString()),
            origin,
            MigrationRow.running(SourcePhase.PREPARING, Optional.empty(), "")),
        facts);
  }

  /**
   * That of a domain that has a place at its target, and is the source's yet. One that takes images
   * along is not received before they are there.
   */
  static KeptJob arriving(DomainOffer offer, String actor, Instant now) {
    TargetPhase phase = offer.copies().isEmpty() ? TargetPhase.RECEIVED : TargetPhase.PREPARING;
    Map<String, String> facts = new HashMap<>(StorageRow.facts(offer.copies()));
    facts.put(WAY, OFFLINE);
    return new KeptJob(
        new Job(
            offer.migration(),
            new Job.Target(
                JobKind.INCOMING_MIGRATION,
                offer.domain(),
                offer.name(),
                PeerWords.of("from " + offer.from())),
            new Job.Origin(actor, Optional.empty(), now),
            new Job.Status(JobState.RUNNING, phase.text(), Optional.empty(), "", Optional.empty())),
        facts);
  }

  /** Whether a job is of a domain without a machine. */
  static boolean is(KeptJob job) {
    return job.fact(WAY).equals(OFFLINE);
  }

  /** Whether such a domain goes from here by that job. */
  static boolean isLeaving(KeptJob job) {
    return job.job().target().kind() == JobKind.MIGRATION && is(job);
  }

  /** Whether such a domain comes here by that job. */
  static boolean isArriving(KeptJob job) {
    return job.job().target().kind() == JobKind.INCOMING_MIGRATION && is(job);
  }

  // ---- at the target, of one that brings images along

  /** The same, whose images QEMU takes in there. */
  static KeptJob incoming(KeptJob job, StreamAddress storage) {
    return ArrivalRow.in(TargetPhase.INCOMING, StorageRow.stored(job, storage), "");
  }

  /** Where QEMU takes them in, while it does. */
  static Optional<StreamAddress> storage(KeptJob job) {
    return ArrivalRow.phase(job) == TargetPhase.INCOMING ? StorageRow.given(job) : Optional.empty();
  }

  /** The same, of which all images are there by its source's word. */
  static KeptJob settling(KeptJob job) {
    return job.with(SETTLING, "yes");
  }

  static boolean isSettling(KeptJob job) {
    return !job.fact(SETTLING).isEmpty();
  }
}
