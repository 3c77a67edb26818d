package dev.berth.cli;

import dev.berth.definition.DefinitionDefaults;
import dev.berth.definition.DefinitionSchema;
import java.io.IOException;

/** {@code vmctl schema}. Asks no host. */
final class SchemaCommand implements Command {
  private final Parameter<Boolean> defaults;

  SchemaCommand(Parameters parameters) {
    defaults =
        parameters.flag(
            "--defaults",
            "Print a definition in which each key states its default, not the schema.");
  }

  @Override
  public int run(Session session) throws IOException {
    String text = defaults.value() ? DefinitionDefaults.yaml() : DefinitionSchema.json();
    session.output().text(text.stripTrailing());
    return ExitCodes.OK;
  }
}
