package dev.berth.job;

import dev.berth.api.Api;
import java.util.Optional;

/** How a job is. Newer versions may have more. */
@Api(since = "0.1")
public enum JobState {
  /** It goes on, or waits for somebody. */
  RUNNING("running"),
  /** What was asked for is so. */
  SUCCEEDED("succeeded"),
  /** What was asked for is not so, and is not tried any more. */
  FAILED("failed"),
  /** Somebody ended it before it was done. */
  CANCELLED("cancelled");

  private final String text;

  JobState(String text) {
    this.text = text;
  }

  /** Whether nothing becomes of the job any more. */
  public boolean isEnded() {
    return this != RUNNING;
  }

  /** The word as people and programs read it. */
  public String text() {
    return text;
  }

  /** The state of that text; empty for one that this version does not know. */
  public static Optional<JobState> of(String text) {
    for (JobState state : values()) {
      if (state.text.equals(text)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
