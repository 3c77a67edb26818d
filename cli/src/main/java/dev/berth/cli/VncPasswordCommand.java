package dev.berth.cli;

import dev.berth.cli.output.Printable;
import dev.berth.control.ResultCodec;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.host.VncPassword;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * {@code vmctl vnc password}. The password itself is no word of the command line, which anybody can
 * see.
 */
final class VncPasswordCommand implements Command {
  private final Parameter<String> file;
  private final Parameter<Duration> expires;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  VncPasswordCommand(Parameters parameters) {
    file =
        parameters.option(
            "--file", "FILE", text -> text, "Where the password is. Default: standard input");
    expires =
        parameters.option(
            "--expires",
            "DURATION",
            DurationArgument::parse,
            "Let nobody in with it after that time.");
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VncPassword password = VncPassword.of(read(session.environment()));
    VerbResult result =
        session
            .host()
            .setVncPassword(
                DomainRef.of(name.value()),
                expires.given().map(password::expiringIn).orElse(password),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": the VNC password is set");
    return ExitCodes.OK;
  }

  private byte[] read(Environment environment) throws IOException {
    if (file.given().isEmpty()) {
      if (environment.terminals().in()) {
        throw new UsageException(
            "A terminal would show the password. Give it by a pipe, or with --file.");
      }
      return line(environment.in());
    }
    Path path = environment.workingDirectory().resolve(file.given().get());
    try (InputStream in = Files.newInputStream(path)) {
      return line(in);
    } catch (IOException unreadable) {
      throw new InvalidRequestException(
          "Cannot read "
              + Printable.line(path.toString())
              + ": "
              + Printable.line(unreadable.toString())
              + ".",
          unreadable);
    }
  }

  /** Its end of line, which most have, is not the password's. */
  private static byte[] line(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(VncPassword.LONGEST + 2);
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') {
      length--;
    }
    for (int at = 0; at < length; at++) {
      if (bytes[at] == '\n') {
        throw new InvalidRequestException("password: must be one line, and there are more.");
      }
    }
    return Arrays.copyOf(bytes, length);
  }
}
