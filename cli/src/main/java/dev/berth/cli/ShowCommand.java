package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.cli.output.Output;
import dev.berth.control.DomainCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.DomainRef;
import dev.berth.json.Json;
import java.io.IOException;

/** {@code vmctl show}. */
final class ShowCommand implements Command {
  private final Parameter<Boolean> definition;
  private final Parameter<String> name;

  ShowCommand(Parameters parameters) {
    definition =
        parameters.flag(
            "--definition", "Show the definition, every default filled in, instead of the state.");
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DomainRef domain = DomainRef.of(name.value());
    if (definition.value()) {
      JsonNode document = Json.read(session.host().definition(domain).json());
      session.output().result(() -> document, () -> Output.yaml(document).stripTrailing());
    } else {
      DomainSnapshot snapshot = session.host().domain(domain);
      session.output().result(() -> DomainCodec.write(snapshot), () -> session.page().of(snapshot));
    }
    return ExitCodes.OK;
  }
}
