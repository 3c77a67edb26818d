package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.JobId;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * For how long a guest stands before it goes on where it was: some time for the other host's
 * process to come back, or for the stream to take the rest. Used in the driver's turns.
 *
 * <p>Since when it stands is on record by the host's clock, which may be set meanwhile. So from the
 * first question about it a timer of this process counts, and nothing else does; it has never more
 * left than there was in the beginning. What an older version has left on record without that
 * counts from that question on.
 */
final class SwitchPatience {
  /** Beside the time that the guest was said to be allowed to stand. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private static final Set<SourcePhase> STANDS = Set.of(SourcePhase.SWITCHING, SourcePhase.SENT);

  private final HostServices host;
  private final Mailbox mailbox;
  private Optional<Wait> counted = Optional.empty();

  /** What a guest stands for; there is one migration at a time. */
  private static final class Wait {
    private final JobId job;
    private final SourcePhase phase;
    private final String since;
    private boolean over;
    private Supplier<CompletionStage<?>> whenOver = () -> Mailbox.DONE;

    Wait(KeptJob job) {
      this.job = job.job().id();
      this.phase = MigrationRow.phase(job);
      this.since = MigrationRow.waitsSince(job);
    }

    boolean isOf(KeptJob now) {
      return job.equals(now.job().id())
          && phase == MigrationRow.phase(now)
          && since.equals(MigrationRow.waitsSince(now));
    }
  }

  SwitchPatience(HostServices host, Mailbox mailbox) {
    this.host = host;
    this.mailbox = mailbox;
  }

  /** Whether there is some left for that job, which there is while its guest does not stand. */
  Patience of(KeptJob job) {
    return STANDS.contains(MigrationRow.phase(job)) && count(job).over
        ? Patience.OVER
        : Patience.LEFT;
  }

  private Wait count(KeptJob job) {
    Optional<Wait> known = counted.filter(it -> it.isOf(job));
    if (known.isPresent()) {
      return known.get();
    }
    Wait wait = new Wait(job);
    counted = Optional.of(wait);
    Duration left = left(job);
    if (left.isZero()) {
      wait.over = true;
    } else {
      host.timers().after(left, () -> mailbox.event(() -> passed(wait)));
    }
    return wait;
  }

  private static CompletionStage<?> passed(Wait wait) {
    wait.over = true;
    return wait.whenOver.get();
  }

  private Duration left(KeptJob job) {
    Duration longest = longest(job);
    String since = MigrationRow.waitsSince(job);
    if (since.isEmpty()) {
      return longest;
    }
    Duration left = longest.minus(Duration.between(Instant.parse(since), host.now()));
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    return left.compareTo(longest) > 0 ? longest : left;
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
    Wait wait = count(job);
    wait.whenOver = () -> whenOver.apply(job);
    if (wait.over) {
      mailbox.event(() -> wait.whenOver.get());
    }
  }
}
