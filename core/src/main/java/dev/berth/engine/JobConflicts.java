package dev.berth.engine;

import dev.berth.error.BusyException;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The job × verb table: which job that goes on keeps which verb from beginning. Pure. {@code
 * docs/jobs.md} shows it.
 *
 * <p>One table, so that a new kind or verb has to be decided everywhere: the switches have no
 * default branch.
 */
final class JobConflicts {

  /** How far a job is in the way. */
  enum Reach {
    /** Not at all. */
    NOTHING("-"),
    /** Of what is about the same device. */
    SUBJECT("the same one"),
    /** Of all of it. */
    DOMAIN("yes");

    private final String text;

    Reach(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private JobConflicts() {}

  /** How far a job of that kind is in the way of that verb. */
  static Reach between(JobKind running, Verb wanted) {
    return switch (running) {
      case DETACH_DISK ->
          switch (wanted) {
            case ATTACH_DISK, DETACH_DISK, ADJUST_DISK -> Reach.SUBJECT;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SEND_KEYS,
                INJECT_NMI,
                SET_VNC_PASSWORD,
                QMP,
                AGENT,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_NIC,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                DUMP_MEMORY,
                SET_CPUS,
                SET_MEMORY,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case DETACH_NIC ->
          switch (wanted) {
            case ATTACH_NIC, DETACH_NIC, ADJUST_NIC -> Reach.SUBJECT;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SEND_KEYS,
                INJECT_NMI,
                SET_VNC_PASSWORD,
                QMP,
                AGENT,
                ATTACH_DISK,
                DETACH_DISK,
                ADJUST_DISK,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                DUMP_MEMORY,
                SET_CPUS,
                SET_MEMORY,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case DUMP_MEMORY ->
          switch (wanted) {
            case START,
                START_PAUSED,
                SHUTDOWN,
                RESET,
                PAUSE,
                RESUME,
                AGENT,
                DUMP_MEMORY,
                SEND_KEYS,
                INJECT_NMI ->
                Reach.DOMAIN;
            case DESTROY,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SET_VNC_PASSWORD,
                QMP,
                ATTACH_DISK,
                DETACH_DISK,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_DISK,
                ADJUST_NIC,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                SET_CPUS,
                SET_MEMORY,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case DETACH_DEVICE ->
          switch (wanted) {
            case ATTACH_DEVICE, DETACH_DEVICE -> Reach.SUBJECT;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SEND_KEYS,
                INJECT_NMI,
                SET_VNC_PASSWORD,
                QMP,
                AGENT,
                DUMP_MEMORY,
                ATTACH_DISK,
                DETACH_DISK,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_DISK,
                ADJUST_NIC,
                SET_CPUS,
                SET_MEMORY,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case SET_CPUS ->
          switch (wanted) {
            case SET_CPUS -> Reach.DOMAIN;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SET_VNC_PASSWORD,
                SEND_KEYS,
                INJECT_NMI,
                QMP,
                AGENT,
                ATTACH_DISK,
                DETACH_DISK,
                ADJUST_DISK,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_NIC,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                DUMP_MEMORY,
                SET_MEMORY,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case SET_MEMORY ->
          switch (wanted) {
            case SET_MEMORY -> Reach.DOMAIN;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SET_VNC_PASSWORD,
                SEND_KEYS,
                INJECT_NMI,
                QMP,
                AGENT,
                ATTACH_DISK,
                DETACH_DISK,
                ADJUST_DISK,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_NIC,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                DUMP_MEMORY,
                SET_CPUS,
                SET_BALLOON ->
                Reach.NOTHING;
          };
      case SET_BALLOON ->
          switch (wanted) {
            case SET_BALLOON -> Reach.DOMAIN;
            case START,
                START_PAUSED,
                SHUTDOWN,
                DESTROY,
                RESET,
                PAUSE,
                RESUME,
                UNDEFINE,
                CONSOLE,
                SCREENSHOT,
                SET_VNC_PASSWORD,
                SEND_KEYS,
                INJECT_NMI,
                QMP,
                AGENT,
                ATTACH_DISK,
                DETACH_DISK,
                ADJUST_DISK,
                ATTACH_NIC,
                DETACH_NIC,
                ADJUST_NIC,
                ATTACH_DEVICE,
                DETACH_DEVICE,
                DUMP_MEMORY,
                SET_CPUS,
                SET_MEMORY ->
                Reach.NOTHING;
          };
      case UNKNOWN -> Reach.NOTHING;
    };
  }

  /**
   * Refuses a verb that a job is in the way of.
   *
   * @param running the domain's jobs that go on
   * @param subject what of the domain the verb is about
   * @throws BusyException naming the job and its age
   */
  static void check(List<KeptJob> running, Verb wanted, String subject, Instant now) {
    Optional<Job> obstacle =
        running.stream()
            .map(KeptJob::job)
            .filter(job -> isInTheWay(job, wanted, subject))
            .findFirst();
    if (obstacle.isPresent()) {
      Job job = obstacle.get();
      throw new BusyException(
          "Cannot "
              + wanted.text()
              + " domain '"
              + job.target().name()
              + "': job "
              + job.id()
              + " ("
              + job.target().kind().text()
              + " '"
              + job.target().subject()
              + "', by "
              + job.origin().actor()
              + ") has been under way for "
              + Math.max(0, Duration.between(job.origin().since(), now).toSeconds())
              + " s"
              + job.status()
                  .progress()
                  .flatMap(Job.Progress::remaining)
                  .map(left -> ", and takes some " + left.toSeconds() + " s yet")
                  .orElse("")
              + ". Wait for it ('vmctl job wait "
              + job.id()
              + "'), or cancel it.");
    }
  }

  private static boolean isInTheWay(Job job, Verb wanted, String subject) {
    return switch (between(job.target().kind(), wanted)) {
      case NOTHING -> false;
      case SUBJECT -> job.target().subject().equals(subject);
      case DOMAIN -> true;
    };
  }
}
