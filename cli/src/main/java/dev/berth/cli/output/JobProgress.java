package dev.berth.cli.output;

import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import java.util.Locale;

/** How far jobs are, for people. */
public final class JobProgress {
  private static final int BAR_WIDTH = 30;
  private static final int WHOLE = 100;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private JobProgress() {}

  /** For example {@code 25%, 512MiB of 2GiB, 120MiB/s, 13s to go}; empty when it is not known. */
  public static String text(Job job) {
    return job.status().progress().map(progress -> text(job, progress)).orElse("");
  }

  private static String text(Job job, Progress progress) {
    JobKind kind = job.target().kind();
    StringBuilder text = new StringBuilder();
    text.append(percent(progress)).append("%, ");
    text.append(amount(kind, progress.done())).append(" of ");
    text.append(amount(kind, progress.total()));
    progress
        .ratePerSecond()
        .ifPresent(rate -> text.append(", ").append(amount(kind, rate)).append("/s"));
    progress
        .remaining()
        .ifPresent(left -> text.append(", ").append(Age.text(left)).append(" to go"));
    return text.toString();
  }

  /** The same behind a bar, on one line. */
  public static String bar(Job job) {
    int done = job.status().progress().map(it -> percent(it) * BAR_WIDTH / WHOLE).orElse(0);
    String known = text(job);
    return "["
        + "#".repeat(done)
        + " ".repeat(BAR_WIDTH - done)
        + "] "
        + (known.isEmpty() ? Printable.line(job.status().phase()) : known);
  }

  private static int percent(Progress progress) {
    double share = progress.total() > 0 ? (double) progress.done() / progress.total() : 0;
    return (int) (WHOLE * Math.min(1, Math.max(0, share)));
  }

  private static String amount(JobKind kind, long amount) {
    return switch (kind) {
      case DUMP_MEMORY,
          BACKUP,
          PULL_BACKUP,
          SAVE,
          MIGRATION,
          INCOMING_MIGRATION,
          RESTORE_BACKUP,
          VERIFY_BACKUP,
          SET_MEMORY,
          SET_BALLOON,
          CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE ->
          bytes(amount);
      case DETACH_DISK,
          DETACH_NIC,
          DETACH_SHARE,
          DETACH_DEVICE,
          SET_CPUS,
          DELETE_IMAGE,
          DELETE_BACKUP,
          UNKNOWN ->
          Long.toString(amount);
    };
  }

  static String bytes(long amount) {
    double left = amount;
    int unit = 0;
    while (left >= 1024 && unit < UNITS.length - 1) {
      left /= 1024;
      unit++;
    }
    boolean exact = left == Math.rint(left) || left >= WHOLE;
    return String.format(Locale.ROOT, exact ? "%.0f%s" : "%.1f%s", left, UNITS[unit]);
  }
}
