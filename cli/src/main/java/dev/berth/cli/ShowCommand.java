package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.output.Output;
import dev.berth.control.DomainCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.DomainRef;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
      List<Job> jobs = underWay(session, snapshot.uuid());
      session
          .output()
          .result(() -> document(snapshot, jobs), () -> session.page().of(snapshot, jobs));
    }
    return ExitCodes.OK;
  }

  private static List<Job> underWay(Session session, UUID domain)
      throws IOException, InterruptedException {
    return session.host().jobs().stream()
        .filter(job -> job.target().domain().equals(Optional.of(domain)))
        .filter(job -> !job.status().state().isEnded())
        .toList();
  }

  private static ObjectNode document(DomainSnapshot snapshot, List<Job> jobs) {
    ObjectNode document = DomainCodec.write(snapshot);
    document.set("jobs", JobCodec.write(jobs));
    return document;
  }
}
