package dev.berth.engine.step;

import dev.berth.domain.EventTypes;
import dev.berth.job.Job;
import java.util.Map;

/** What is persisted and told when a job begins and when it ends, of whatever kind it is. */
public final class JobSteps {
  private JobSteps() {}

  /** The step, with a job that begins. */
  public static Step began(Step step, KeptJob kept) {
    Step.Told told = toldBegun(kept);
    return step.job(kept).event(told.type(), told.attributes());
  }

  /** What is told of a job that begins. */
  public static Step.Told toldBegun(KeptJob kept) {
    Job job = kept.job();
    return new Step.Told(
        EventTypes.JOB_STARTED,
        Map.of(
            "job", job.id().text(),
            "kind", job.target().kind().text(),
            "subject", job.target().subject()));
  }

  /** The step, with a job that has ended. */
  public static Step ended(Step step, KeptJob kept) {
    Step.Told told = toldEnded(kept);
    return step.job(kept).event(told.type(), told.attributes());
  }

  /** What is told of a job that has ended. */
  public static Step.Told toldEnded(KeptJob kept) {
    Job job = kept.job();
    return new Step.Told(
        EventTypes.JOB_ENDED,
        Map.of(
            "job", job.id().text(),
            "kind", job.target().kind().text(),
            "subject", job.target().subject(),
            "state", job.status().state().text(),
            "phase", job.status().phase(),
            "detail", job.status().detail()));
  }
}
