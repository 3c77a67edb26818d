package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.Keystrokes;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.time.Duration;

/** What pressing keys and typing text have in common. */
final class KeyOptions {
  private final Parameter<Duration> hold;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  KeyOptions(Parameters parameters, String usualHold) {
    hold =
        parameters.option(
            "--hold",
            "DURATION",
            DurationArgument::parse,
            usualHold,
            "How long until the next key goes down or up.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  /** Presses them; what they are is not repeated. */
  int press(Session session, Keystrokes keys) throws IOException, InterruptedException {
    VerbResult result =
        session
            .host()
            .sendKeys(DomainRef.of(name.value()), keys.holding(hold.value()), deadline.options());
    int count = keys.chords().size();
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": keystrokes sent: " + count);
    return ExitCodes.OK;
  }
}
