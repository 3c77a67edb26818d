package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainName;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Verb;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MigrationReachTest {
  private static final Map<String, String> UNWANTED = Map.of(MigrationReach.UNWANTED, "yes");

  @Test
  void oneOfWhichTheTargetIsOnlyToKnowTheEndIsInTheWayOfLeavingAlone() {
    KeptJob telling = source(SourcePhase.TELLING);

    assertThat(MigrationReach.isMoving(telling)).isFalse();
    assertThat(MigrationReach.isOverFor(telling, Verb.START)).isTrue();
    assertThat(MigrationReach.isOverFor(telling, Verb.MIGRATE)).isFalse();
    assertThat(MigrationReach.isOverFor(telling, Verb.MIGRATE_OFFLINE)).isFalse();
    assertThat(MigrationReach.isOverFor(telling, Verb.UNDEFINE)).isFalse();
  }

  @Test
  void oneThatGoesOnIsInTheWayOfEverything() {
    KeptJob sending = source(SourcePhase.TRANSFERRING);
    KeptJob receiving = target(TargetPhase.INCOMING, Map.of());

    assertThat(MigrationReach.isMoving(sending)).isTrue();
    assertThat(MigrationReach.isMoving(receiving)).isTrue();
    for (Verb verb : Verb.values()) {
      assertThat(MigrationReach.isOverFor(sending, verb)).isFalse();
      assertThat(MigrationReach.isOverFor(receiving, verb)).isFalse();
    }
  }

  @Test
  void whatIsLeftOfAGuestThatDoesNotComeCanBeUndefinedOnceItsSourceWantsItNoMore() {
    KeptJob failed = target(TargetPhase.FAILED, Map.of());
    KeptJob forgotten = target(TargetPhase.FAILED, UNWANTED);

    assertThat(MigrationReach.isOverFor(failed, Verb.UNDEFINE)).isFalse();
    assertThat(MigrationReach.isOverFor(forgotten, Verb.UNDEFINE)).isTrue();
    assertThat(MigrationReach.isOverFor(forgotten, Verb.START)).isFalse();
    assertThat(MigrationReach.isOverFor(target(TargetPhase.INCOMING, UNWANTED), Verb.UNDEFINE))
        .isFalse();
  }

  private static KeptJob source(SourcePhase phase) {
    return job(JobKind.MIGRATION, phase.text(), Map.of());
  }

  private static KeptJob target(TargetPhase phase, Map<String, String> facts) {
    return job(JobKind.INCOMING_MIGRATION, phase.text(), facts);
  }

  private static KeptJob job(JobKind kind, String phase, Map<String, String> facts) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(kind, new UUID(0, 1), new DomainName("web"), "elsewhere"),
            new Job.Origin("api", Optional.empty(), Instant.EPOCH),
            new Job.Status(JobState.RUNNING, phase, Optional.empty(), "", Optional.empty())),
        facts);
  }
}
