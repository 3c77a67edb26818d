package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.JobId;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules.Patience;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * For how long a guest stands before it goes on where it was: some time for the other host's
 * process to come back, or for the stream to take the rest. Used in the driver's turns.
 */
final class SwitchPatience {
  /** Beside the time that the guest was said to be allowed to stand. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Set<JobId> watched = new HashSet<>();

  SwitchPatience(HostServices host, Mailbox mailbox) {
    this.host = host;
    this.mailbox = mailbox;
  }

  /** Whether there is some left for that job. */
  Patience of(KeptJob job) {
    return left(job).isNegative() || left(job).isZero() ? Patience.OVER : Patience.LEFT;
  }

  private Duration left(KeptJob job) {
    return longest(job).minus(MigrationRow.waiting(job, host.now()));
  }

  /** The time for the rest is no more the target's once it has all of it. */
  private static Duration longest(KeptJob job) {
    return MigrationRow.downtimeMillis(job)
        .filter(millis -> !MigrationRow.isIn(job, SourcePhase.SENT))
        .map(Duration::ofMillis)
        .map(LONGEST::plus)
        .orElse(LONGEST);
  }

  /** The time that a guest stands at most, in words. */
  String text(KeptJob job) {
    return longest(job).toSeconds() + " s";
  }

  /** Has that run in a turn once none is left: QEMU that sends the rest answers nothing else. */
  void watch(KeptJob job, Function<KeptJob, CompletionStage<?>> whenOver) {
    if (watched.add(job.job().id())) {
      host.timers()
          .after(
              left(job),
              () ->
                  mailbox.event(
                      () -> {
                        watched.remove(job.job().id());
                        return whenOver.apply(job);
                      }));
    }
  }
}
