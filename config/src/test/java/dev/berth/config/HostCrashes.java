package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.EventTypes;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.VmHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Host processes that crash, and what the next one has to tell. */
final class HostCrashes {
  private static final Duration NO_MORE = Duration.ofMillis(100);

  private HostCrashes() {}

  /** A host process takes up the home, is asked for the verb, and is gone at that point. */
  static void crash(Path home, CrashingHost.Verb verb, CrashPoint point)
      throws InterruptedException {
    try (HostProcess process =
        HostProcess.start(CrashingHost.class, home, verb.name(), point.toString())) {
      List<String> output = process.remainingLines();
      assertThat(process.awaitEnd()).as("exit code; output: %s", output).isEqualTo(Fuse.KILLED);
    }
  }

  /** A host process takes up the home, and gets SIGKILL while it has nothing to do. */
  static void killAtRest(Path home) throws InterruptedException {
    CrashPoint never = CrashPoint.before(CrashPoint.Step.DEFINITION);
    try (HostProcess process =
        HostProcess.start(
            CrashingHost.class, home, CrashingHost.Verb.REST.name(), never.toString())) {
      assertThat(process.line()).contains(CrashingHost.READY);
      process.kill();
      assertThat(process.awaitEnd()).isEqualTo(Fuse.KILLED);
    }
  }

  /**
   * The domain as the next host finds it. Opening once more tells whether that was all: nothing may
   * be left to be recovered.
   */
  static DomainSnapshot recovered(TestHome home, DomainRef domain) throws InterruptedException {
    DomainSnapshot first;
    long newest;
    try (VmHost host = home.open()) {
      first = TestHome.settled(host, domain);
      newest = newestEvent(host);
    }
    try (VmHost host = home.open()) {
      DomainSnapshot second = TestHome.settled(host, domain);
      assertThat(second.status().state()).isEqualTo(first.status().state());
      assertThat(second.status().reason()).isEqualTo(first.status().reason());
      assertNothingRecoveredAfter(host, newest);
    }
    return first;
  }

  /** No intent was left behind for this host. */
  static void assertNothingRecoveredAfter(VmHost host, long sequence) throws InterruptedException {
    assertThat(eventsAfter(host, sequence))
        .extracting(DomainEvent::type)
        .doesNotContain(EventTypes.RECOVERED);
  }

  /** The sequence number of the last event there is. */
  static long newestEvent(VmHost host) throws InterruptedException {
    List<DomainEvent> events = eventsAfter(host, 0);
    return events.isEmpty() ? 0 : events.get(events.size() - 1).sequence();
  }

  /** The events that there are by now after that sequence number. */
  static List<DomainEvent> eventsAfter(VmHost host, long sequence) throws InterruptedException {
    List<DomainEvent> events = new ArrayList<>();
    try (EventStream stream = host.events(sequence)) {
      for (Optional<DomainEvent> next = stream.next(NO_MORE);
          next.isPresent();
          next = stream.next(NO_MORE)) {
        events.add(next.get());
      }
    }
    return events;
  }
}
