package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.error.BerthException;
import dev.berth.host.EditScope;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobState;
import java.util.Optional;

/**
 * How jobs end that bring a machine to have so much of something, and what becomes of the
 * definition then. Runs in the driver's turns.
 */
final class SizingEnds {
  /** Why a job is over before there is so much. */
  record Refusal(String phase, String why) {}

  private final HostServices host;
  private final Ledger ledger;

  SizingEnds(HostServices host, Ledger ledger) {
    this.host = host;
    this.ledger = ledger;
  }

  /** The machine has so much: the job ends, and the definition follows if it can. */
  Step done(Step step, KeptJob job) {
    try {
      return succeeded(defined(step, job), job, "");
    } catch (BerthException cannot) {
      return succeeded(step, job, "in the machine only; " + undefinable(cannot));
    }
  }

  /** The machine has not so much, and does not get it. */
  Step over(Step step, KeptJob job, Progress progress, Refusal refusal) {
    return ended(step, job, JobState.FAILED, refusal.phase(), progress, refusal.why());
  }

  /** There is no machine any more; the next one may have so much. */
  Step withoutMachine(KeptJob job) {
    Step step = Step.by(job.job().origin().actor());
    String why = "its machine has ended";
    if (isAboutBoth(job)) {
      try {
        return succeeded(defined(step, job), job, why + "; the next one has so much");
      } catch (BerthException cannot) {
        why += ", and " + undefinable(cannot);
      }
    }
    Progress progress =
        job.job().status().progress().orElseGet(() -> Sizings.progress(job, Sizings.from(job)));
    return over(step, job, progress, new Refusal(Sizings.MACHINE_ENDED, why));
  }

  private Step succeeded(Step step, KeptJob job, String detail) {
    Progress progress = Sizings.progress(job, Sizings.sizing(job).target());
    return ended(step, job, JobState.SUCCEEDED, Sizings.DONE, progress, detail);
  }

  private Step ended(
      Step step, KeptJob job, JobState state, String phase, Progress progress, String detail) {
    Job.Status status =
        new Job.Status(state, phase, Optional.of(progress), detail, Optional.of(host.now()));
    return JobSteps.ended(step, job.with(status));
  }

  /**
   * The step, after which the definition has so much as well if the job is about both.
   *
   * @throws BerthException when it cannot: somebody may have redefined the domain
   */
  private Step defined(Step step, KeptJob job) {
    if (!isAboutBoth(job)) {
      return step;
    }
    DomainDefinition edited = Sizings.sizing(job).edited(ledger.definition());
    if (ledger.isDefinedAs(edited)) {
      return step;
    }
    DefinitionReader.check(edited);
    step.launch()
        .or(ledger::launch)
        .ifPresent(launch -> step.launch(launch.following(ledger.revision())));
    return DefinitionSteps.redefine(step, edited, ledger.revision());
  }

  private static boolean isAboutBoth(KeptJob job) {
    return job.fact(Detachments.SCOPE).equals(EditScope.BOTH.name());
  }

  private static String undefinable(BerthException cannot) {
    return "its definition, which was changed meanwhile, cannot have so much: "
        + cannot.getMessage();
  }
}
