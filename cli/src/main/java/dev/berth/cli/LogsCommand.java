package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.domain.ByteSize;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.TypeConversionException;

/** {@code vmctl logs}. */
final class LogsCommand implements Command {
  private static final long LARGEST_BYTES = 16L << 20;
  private static final long POLL_MILLIS = 250;

  private final Parameter<Boolean> console;
  private final Parameter<Boolean> qemu;
  private final Parameter<Boolean> qmp;
  private final Parameter<Integer> tail;
  private final Parameter<Boolean> follow;
  private final Parameter<String> name;

  LogsCommand(Parameters parameters) {
    console = parameters.flag("--console", "What the guest wrote to its console. The default.");
    qemu = parameters.flag("--qemu", "What QEMU wrote to its standard output and error.");
    qmp =
        parameters.flag(
            "--qmp", "The last messages between the host and QEMU, as JSON lines; secrets masked.");
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
    VmHost host = session.host();
    DomainRef domain = DomainRef.of(name.value());
    LogKind kind = kind();
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

  private LogKind kind() {
    if (Stream.of(console, qemu, qmp).filter(Parameter::value).count() > 1) {
      throw new UsageException("--console, --qemu and --qmp: give only one of them.");
    }
    if (qmp.value()) {
      return LogKind.QMP;
    }
    return qemu.value() ? LogKind.QEMU : LogKind.CONSOLE;
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
