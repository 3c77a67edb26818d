package dev.berth.engine.step;

import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.util.concurrent.CompletableFuture;

/** Whose a job is, and so who can be asked about it: a domain, or the host for its images. */
public interface JobOwner {

  /** Completes with a job once it has ended. */
  CompletableFuture<Job> await(Job job);

  /** Ends a job before it is done; completes with the job afterwards. */
  CompletableFuture<Job> cancelJob(JobId job, String actor);

  /** Holds a job where it is; completes with the job afterwards. */
  CompletableFuture<Job> pauseJob(JobId job, String actor);

  /** Lets a job go on; completes with the job afterwards. */
  CompletableFuture<Job> resumeJob(JobId job, String actor);
}
