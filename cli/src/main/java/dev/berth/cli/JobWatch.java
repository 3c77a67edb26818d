package dev.berth.cli;

import dev.berth.cli.output.JobProgress;
import dev.berth.cli.output.JobTable;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import dev.berth.domain.DurationText;
import dev.berth.error.DeadlineExceededException;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.qmp.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Waits for a job and shows how far it is: a bar that is drawn again on a terminal, a line of JSON
 * for each change with {@code -o json}, nothing for others.
 */
final class JobWatch {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final String LINE_ANEW = "\r\u001b[K";

  private final Session session;
  private final Output output;

  JobWatch(Session session) {
    this.session = session;
    this.output = session.output();
  }

  /**
   * The job once it has ended.
   *
   * @throws DeadlineExceededException when it still goes on after the timeout
   */
  Job await(Job begun, Duration timeout) throws IOException, InterruptedException {
    Deadline deadline = Deadline.of(timeout);
    Job last = begun;
    show(last);
    while (!last.status().state().isEnded()) {
      Job now = look(last, deadline);
      if (!now.equals(last) && !now.status().state().isEnded()) {
        show(now);
      }
      last = now;
      if (deadline.hasPassed() && !last.status().state().isEnded()) {
        clear();
        throw new DeadlineExceededException(
            "After "
                + DurationText.print(timeout)
                + " this still goes on: "
                + JobTable.sentence(last)
                + ".");
      }
    }
    clear();
    return last;
  }

  private Job look(Job job, Deadline deadline) throws IOException, InterruptedException {
    Duration left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
    try {
      return session.host().awaitJob(job.id(), left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
    } catch (DeadlineExceededException goesOn) {
      return session.host().job(job.id());
    }
  }

  private void show(Job job) throws IOException {
    if (job.status().state().isEnded()) {
      return; // the command prints it
    }
    if (output.format() == OutputFormat.JSON) {
      output.item(() -> JobCodec.write(job), () -> "");
    } else if (isBar()) {
      draw(LINE_ANEW + JobProgress.bar(job));
    }
  }

  private void clear() throws IOException {
    if (isBar()) {
      draw(LINE_ANEW);
    }
  }

  private boolean isBar() {
    return session.environment().terminals().out()
        && output.format() == OutputFormat.TABLE
        && !output.isQuiet();
  }

  private void draw(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    output.bytes(bytes, 0, bytes.length);
  }
}
