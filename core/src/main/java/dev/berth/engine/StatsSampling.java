package dev.berth.engine;

import dev.berth.engine.thread.Timers;
import dev.berth.machine.HostLinks;
import dev.berth.machine.MachineLauncher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every machine's figures taken when they are due. A round reads files of the kernel's and
 * sends commands, and waits for neither a machine nor a disk; rounds follow each other on one
 * thread, {@code berth-sampler-N}. Of a round that is still going on no second one is begun.
 */
final class StatsSampling {
  private static final Logger LOG = LoggerFactory.getLogger(StatsSampling.class);
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

  private final Domains domains;
  private final MachineLauncher launcher;
  private final Executor thread;
  private final Duration interval;
  private final AtomicBoolean going = new AtomicBoolean();

  /**
   * Sampling of those domains.
   *
   * @param thread runs the rounds
   * @param interval between two samples of a machine
   */
  StatsSampling(Domains domains, MachineLauncher launcher, Executor thread, Duration interval) {
    this.domains = domains;
    this.launcher = launcher;
    this.thread = thread;
    this.interval = interval;
  }

  /** Begins, unless there is to be none. */
  void begin(Timers timers) {
    if (!interval.isZero()) {
      Duration tick = interval.compareTo(LONGEST_TICK) < 0 ? interval : LONGEST_TICK;
      timers.every(tick, this::due);
    }
  }

  private void due() {
    if (going.compareAndSet(false, true)) {
      thread.execute(this::round);
    }
  }

  private void round() {
    List<RuntimeException> failures = new ArrayList<>();
    try {
      Supplier<HostLinks> links = new OnceRead(launcher);
      for (DomainDriver driver : domains.all()) {
        try {
          driver.sample(interval, links);
        } catch (RuntimeException e) { // costs that machine's figures: the next round tries again
          failures.add(e);
        }
      }
    } finally {
      going.set(false);
    }
    if (!failures.isEmpty()) {
      LOG.error("Figures of {} machines could not be taken", failures.size(), failures.get(0));
    }
  }

  /** The host's interfaces, read when somebody first asks in a round. For one thread. */
  private static final class OnceRead implements Supplier<HostLinks> {
    private final MachineLauncher launcher;
    private @Nullable HostLinks read;

    OnceRead(MachineLauncher launcher) {
      this.launcher = launcher;
    }

    @Override
    public HostLinks get() {
      if (read == null) {
        read = launcher.links();
      }
      return read;
    }
  }
}
