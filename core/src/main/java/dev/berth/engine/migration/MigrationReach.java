package dev.berth.engine.migration;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Verb;
import dev.berth.job.JobKind;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import java.util.Optional;

/** How far a migration that goes on is in the way of what has no part in it. Pure. */
public final class MigrationReach {
  /** A fact of one at its target of which nothing is to be left. */
  public static final String UNWANTED = "unwanted";

  private MigrationReach() {}

  /** Whether its domain is changing hosts. */
  public static boolean isMoving(KeptJob job) {
    JobKind kind = job.job().target().kind();
    return kind == JobKind.INCOMING_MIGRATION || kind == JobKind.MIGRATION && !isTelling(job);
  }

  /** Whether what is left of it is no business of that verb. */
  public static boolean isOverFor(KeptJob job, Verb verb) {
    JobKind kind = job.job().target().kind();
    boolean leaves = verb == Verb.MIGRATE || verb == Verb.MIGRATE_OFFLINE || verb == Verb.UNDEFINE;
    return kind == JobKind.MIGRATION && isTelling(job) && !leaves
        || kind == JobKind.INCOMING_MIGRATION && isForgotten(job) && verb == Verb.UNDEFINE;
  }

  private static boolean isTelling(KeptJob job) {
    return job.isRunning() && SourcePhase.of(job.job().status().phase()) == SourcePhase.TELLING;
  }

  /**
   * What has failed is kept until its source has heard of it: else that would wait for it for ever.
   */
  private static boolean isForgotten(KeptJob job) {
    return TargetPhase.of(job.job().status().phase()).equals(Optional.of(TargetPhase.FAILED))
        && !job.fact(UNWANTED).isEmpty();
  }
}
