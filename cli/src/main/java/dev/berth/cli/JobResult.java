package dev.berth.cli;

import dev.berth.cli.output.JobTable;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.job.JobId;
import java.io.IOException;

/** What a command prints of one job, and what it exits with. */
final class JobResult {
  static final String LABEL = "JOB";
  static final String DESCRIPTION = "The job, by its id.";

  private JobResult() {}

  /**
   * The job of that id.
   *
   * @throws InvalidRequestException when the word is none
   */
  static JobId id(String word) {
    return new JobId(word);
  }

  /** Prints a job in a sentence; tells how it ended, or that it goes on. */
  static int print(Session session, Job job) throws IOException {
    session.output().item(() -> JobCodec.write(job), () -> JobTable.sentence(job));
    return exitCode(job);
  }

  private static int exitCode(Job job) {
    return switch (job.status().state()) {
      case RUNNING, SUCCEEDED -> ExitCodes.OK;
      case FAILED, CANCELLED -> ExitCodes.JOB_NOT_DONE;
    };
  }
}
