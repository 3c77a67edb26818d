package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.domain.ByteSize;
import dev.berth.error.BerthException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.Arrays;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code vmctl console}. With a terminal on standard input, every key but the detach key goes to
 * the guest; without one, standard input goes to the guest as it is, and its end leaves the console
 * attached.
 */
final class ConsoleCommand implements Command {
  private static final int MOST_REPLAYED_BYTES = 1 << 20;

  private final Parameter<Integer> replay;
  private final Parameter<Boolean> readOnly;
  private final Parameter<Boolean> takeOver;
  private final Parameter<String> port;
  private final Parameter<String> name;

  ConsoleCommand(Parameters parameters) {
    replay =
        parameters.option(
            "--replay",
            "BYTES",
            ConsoleCommand::bytes,
            "4KiB",
            "Show so much of what the guest wrote before, at most 1MiB; 0 shows nothing.");
    port =
        parameters.option(
            "--name",
            "PORT",
            text -> text,
            "Instead of the console, a channel or further serial port of that name. It has no log.");
    readOnly = parameters.flag("--read-only", "Only read, beside whoever writes.");
    takeOver = parameters.flag("--take-over", "Detach whoever writes.");
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DomainRef domain = DomainRef.of(name.value());
    ConsoleAccess access = access();
    VmHost host = session.host();
    byte[] past = port.given().isPresent() ? new byte[0] : past(host, domain);
    Environment environment = session.environment();
    Output output = session.output();
    try (Console console = attach(host, domain, access)) {
      ConsoleInput input = new ConsoleInput(environment, console, access);
      output.note("attached to " + what(domain) + input.advice());
      try (input) {
        input.start();
        output.bytes(past, 0, past.length);
        copy(console, output, input);
      }
      output.note(input.hasDetached() ? "detached" : whyItEnded(host, domain));
    }
    return ExitCodes.OK;
  }

  private Console attach(VmHost host, DomainRef domain, ConsoleAccess access) {
    return port.given()
        .map(name -> host.console(domain, name, access))
        .orElseGet(() -> host.console(domain, access));
  }

  private String what(DomainRef domain) {
    return port.given().map(name -> "port '" + name + "'").orElse("the console") + " of " + domain;
  }

  private ConsoleAccess access() {
    if (readOnly.value() && takeOver.value()) {
      throw new UsageException("--read-only and --take-over: give only one of them.");
    }
    if (readOnly.value()) {
      return ConsoleAccess.READ_ONLY;
    }
    return takeOver.value() ? ConsoleAccess.TAKE_OVER : ConsoleAccess.WRITE;
  }

  private String whyItEnded(VmHost host, DomainRef domain) {
    try {
      if (host.domain(domain).machine().isEmpty()) {
        return what(domain) + " has ended";
      }
      return "detached from "
          + what(domain)
          + ": somebody else has taken it over, or it was read too slowly"
          + port.given().map(name -> ", or the machine has it no more").orElse("");
    } catch (BerthException gone) {
      return what(domain) + " has ended: " + gone.getMessage();
    }
  }

  private byte[] past(VmHost host, DomainRef domain) {
    int most = replay.value();
    return most == 0 ? new byte[0] : wholeLines(host.log(domain, LogKind.CONSOLE, most), most);
  }

  /** Without the line that the limit cut in two. */
  static byte[] wholeLines(byte[] log, int limit) {
    if (log.length < limit) {
      return log;
    }
    for (int i = 0; i < log.length; i++) {
      if (log[i] == '\n') {
        return Arrays.copyOfRange(log, i + 1, log.length);
      }
    }
    return log;
  }

  private static void copy(Console console, Output output, ConsoleInput input) throws IOException {
    byte[] bytes = new byte[8192];
    while (true) {
      int count;
      try {
        count = console.input().read(bytes);
      } catch (IOException closed) {
        if (input.hasDetached()) {
          return;
        }
        throw closed;
      }
      if (count < 0) {
        return;
      }
      output.bytes(bytes, 0, count);
    }
  }

  private static int bytes(String text) {
    long bytes = ByteSize.parse(text).map(ByteSize::bytes).orElseGet(() -> Parameters.number(text));
    if (bytes < 0 || bytes > MOST_REPLAYED_BYTES) {
      throw new TypeConversionException("'" + text + "' is not between 0 and 1MiB");
    }
    return Math.toIntExact(bytes);
  }
}
