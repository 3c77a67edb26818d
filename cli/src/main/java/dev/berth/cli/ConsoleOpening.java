package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DurationText;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The first lines that a guest writes to its console after a start. */
final class ConsoleOpening {
  private static final long POLL_MILLIS = 50;

  private final VmHost host;
  private final DomainRef domain;
  private final LogTail log;

  /** Begins to count: what is in the log by now belongs to earlier boots. */
  ConsoleOpening(VmHost host, DomainRef domain) {
    this.host = host;
    this.domain = domain;
    this.log = new LogTail(host, domain, LogKind.CONSOLE);
    log.skipToEnd();
  }

  /** Prints whole lines as they come: at most so many, for at most so long. */
  void print(Output output, int most, Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int printed = 0;
    while (printed < most && System.nanoTime() - end < 0) {
      boolean isLast = host.domain(domain).machine().isEmpty();
      for (byte each : log.added()) {
        if (each != '\n') {
          line.write(each);
        } else if (printed < most && print(output, line)) {
          printed++;
        }
      }
      if (isLast) {
        tellEnd(output);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    if (printed == 0 && most > 0) {
      output.note(
          "nothing on the console of " + domain + " within " + DurationText.print(patience));
    }
  }

  private static boolean print(Output output, ByteArrayOutputStream line) throws IOException {
    String text = line.toString(StandardCharsets.UTF_8).strip();
    line.reset();
    if (text.isEmpty()) {
      return false;
    }
    output.text(Printable.line(text));
    return true;
  }

  private void tellEnd(Output output) throws IOException {
    DomainSnapshot snapshot = host.domain(domain);
    output.note(
        snapshot.name()
            + " has ended already: "
            + snapshot.status().state().text()
            + " ("
            + snapshot.status().reason().text()
            + "); 'vmctl logs "
            + snapshot.name()
            + "' has what it wrote");
  }
}
