package dev.berth.config;

import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What a guest has written to its console so far, for tests that wait for a line. */
final class ConsoleLog {
  private static final int BYTES = 1 << 20;
  private static final long POLL_NANOS = 20_000_000;

  private final VmHost host;
  private final DomainRef domain;

  private ConsoleLog(VmHost host, DomainRef domain) {
    this.host = host;
    this.domain = domain;
  }

  static ConsoleLog of(VmHost host, DomainRef domain) {
    return new ConsoleLog(host, domain);
  }

  String text() {
    return new String(host.log(domain, LogKind.CONSOLE, BYTES), StandardCharsets.UTF_8);
  }

  List<String> lines() {
    return text().lines().toList();
  }

  /** Waits until the log has that text. */
  void await(String expected, Duration patience) {
    await(text -> text.contains(expected), "'" + expected + "'", patience);
  }

  /** Waits until the log is as expected. */
  void await(Predicate<String> expectation, String what, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!expectation.test(text())) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            what + " did not come within " + patience + "; the console says:\n" + text());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
