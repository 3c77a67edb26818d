package dev.berth.engine;

import dev.berth.job.Job;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The migrations of domains that have gone to other hosts, so that whoever has begun one learns how
 * it ended, though its domain is not here any more: the last ones of this process. Thread-safe.
 */
final class DepartedJobs {
  private static final int KEPT = 100;

  private final Deque<Job> jobs = new ArrayDeque<>();

  synchronized void add(Job job) {
    jobs.addLast(job);
    if (jobs.size() > KEPT) {
      jobs.removeFirst();
    }
  }

  synchronized List<Job> all() {
    return List.copyOf(jobs);
  }
}
