package dev.berth.engine;

import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The rows of a migration of a domain without a machine, at its source and at its target. */
final class OfflineRow {
  private static final String WAY = "way";
  private static final String OFFLINE = "offline";

  private OfflineRow() {}

  /** That of one that is to begin. */
  static KeptJob of(URI target, Ledger ledger, Job.Origin origin) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(JobKind.MIGRATION, ledger.uuid(), ledger.name(), target.toString()),
            origin,
            MigrationRow.running(SourcePhase.PREPARING, Optional.empty(), "")),
        Map.of(WAY, OFFLINE));
  }

  /** That of a domain that has a place at its target, and is the source's yet. */
  static KeptJob arriving(DomainOffer offer, String actor, Instant now) {
    return new KeptJob(
        new Job(
            offer.migration(),
            new Job.Target(
                JobKind.INCOMING_MIGRATION,
                offer.domain(),
                offer.name(),
                PeerWords.of("from " + offer.from())),
            new Job.Origin(actor, Optional.empty(), now),
            new Job.Status(
                JobState.RUNNING,
                TargetPhase.RECEIVED.text(),
                Optional.empty(),
                "",
                Optional.empty())),
        Map.of(WAY, OFFLINE));
  }

  /** Whether a job is of a domain without a machine. */
  static boolean is(KeptJob job) {
    return job.fact(WAY).equals(OFFLINE);
  }
}
