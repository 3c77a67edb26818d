package dev.berth.cli;

import dev.berth.host.AgentRequest;
import dev.berth.host.DomainRef;
import dev.berth.json.Json;
import dev.berth.schema.AgentCommands;
import dev.berth.schema.KnownFacts;
import java.io.IOException;

/** {@code vmctl agent}. */
final class AgentCommand implements Command {
  private final Parameter<Boolean> describe;
  private final Parameter<Boolean> raw;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final CommandWords words;

  AgentCommand(Parameters parameters) {
    describe =
        parameters.flag(
            "--describe",
            "Print what the command takes; without a command, list all that are known.");
    raw = parameters.flag("--raw", "Send it as it is, unchecked.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    words = new CommandWords(parameters, "AGENT-COMMAND", "The command, such as guest-get-osinfo.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    if (describe.value()) {
      words.describe(
          session.output(), "Guest agents", AgentCommands.schema(), KnownFacts.ofAgent());
      return ExitCodes.OK;
    }
    String command = words.command();
    AgentRequest request =
        raw.value()
            ? AgentRequest.of(command, Json.text(words.untyped())).raw()
            : AgentRequest.of(command, Json.text(words.typed(AgentCommands::schema)));
    CommandWords.print(
        session, session.host().agent(DomainRef.of(name.value()), request, deadline.options()));
    return ExitCodes.OK;
  }
}
