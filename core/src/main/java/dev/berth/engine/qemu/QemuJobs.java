package dev.berth.engine.qemu;

import dev.berth.error.DeadlineExceededException;
import dev.berth.error.QemuRefusedException;
import dev.berth.qapi.job.JobCancel;
import dev.berth.qapi.job.JobDismiss;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that QEMU has for one of ours, known by how their ids begin. For a thread that may wait
 * for QEMU; ending them twice does no harm.
 */
public final class QemuJobs {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final QmpConnection qmp;
  private final String prefix;

  public QemuJobs(QmpConnection qmp, String prefix) {
    this.qmp = qmp;
    this.prefix = prefix;
  }

  /** Those that QEMU has, that of an image being made among them. */
  public Set<String> present() throws InterruptedException {
    Set<String> present = new HashSet<>();
    for (JobInfo job : qmp(new QueryJobs())) {
      if (job.id().startsWith(prefix)) {
        present.add(job.id());
      }
    }
    return present;
  }

  /** Waits until all of those that QEMU has are over; they stay until they are dismissed. */
  public List<JobInfo> concluded(Set<String> jobs) throws InterruptedException {
    return concluded(jobs, Deadline.none());
  }

  /**
   * The same, and for no longer than that.
   *
   * @throws DeadlineExceededException when they are not over by then
   */
  public List<JobInfo> concluded(Set<String> jobs, Deadline longest) throws InterruptedException {
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("JOB_STATUS_CHANGE"))) {
        List<JobInfo> ours =
            qmp.execute(new QueryJobs(), longest).stream()
                .filter(job -> jobs.contains(job.id()))
                .toList();
        if (ours.stream().allMatch(job -> job.status().equals(JobStatus.CONCLUDED))) {
          return ours;
        }
        change.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        if (longest.hasPassed()) {
          throw nothingNew;
        }
      }
    }
  }

  /** Has QEMU forget those that are over. */
  public void dismiss() throws InterruptedException {
    for (String job : present()) {
      qmp(new JobDismiss(job));
    }
  }

  /** Ends them all, whatever they are at. */
  public void end() throws InterruptedException {
    Set<String> jobs = present();
    for (String job : jobs) {
      try {
        qmp(new JobCancel(job));
      } catch (QemuRefusedException alreadySo) {
        continue; // it has just concluded
      }
    }
    concluded(jobs);
    dismiss();
  }

  private <R extends @Nullable Object> R qmp(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
