package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.domain.ByteSize;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.TypeConversionException;

/** {@code vmctl logs}. */
final class LogsCommand implements Command {
  private static final long LARGEST_BYTES = 16L << 20;
  private static final long POLL_MILLIS = 250;

  private final Parameter<Boolean> console;
  private final Parameter<Boolean> qemu;
  private final Parameter<Integer> tail;
  private final Parameter<Boolean> follow;
  private final Parameter<String> name;

  LogsCommand(Parameters parameters) {
    console = parameters.flag("--console", "What the guest wrote to its console. The default.");
    qemu = parameters.flag("--qemu", "What QEMU wrote to its standard output and error.");
    tail =
        parameters.option(
            "--tail",
            "BYTES",
            LogsCommand::bytes,
            "64KiB",
            "How much to print of what there is, at most 16MiB.");
    follow = parameters.flag("--follow", "Go on printing what is added, until interrupted.");
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    if (console.value() && qemu.value()) {
      throw new UsageException("--console and --qemu: give only one of them.");
    }
    VmHost host = session.host();
    DomainRef domain = DomainRef.of(name.value());
    LogKind kind = qemu.value() ? LogKind.QEMU : LogKind.CONSOLE;
    LogTail log = new LogTail(host, domain, kind);
    print(session.output(), host.log(domain, kind, tail.value()));
    if (follow.value()) {
      log.skipToEnd();
      while (!Thread.interrupted()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        print(session.output(), log.added());
      }
    }
    return ExitCodes.OK;
  }

  private static void print(Output output, byte[] bytes) throws IOException {
    output.bytes(bytes, 0, bytes.length);
  }

  private static int bytes(String text) {
    long bytes = ByteSize.parse(text).map(ByteSize::bytes).orElseGet(() -> Parameters.number(text));
    if (bytes < 1 || bytes > LARGEST_BYTES) {
      throw new TypeConversionException("'" + text + "' is not between 1 byte and 16MiB");
    }
    return Math.toIntExact(bytes);
  }
}
