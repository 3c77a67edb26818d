package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.control.ResultCodec;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.Optional;

/** {@code vmctl disk attach}. */
final class DiskAttachCommand implements Command {
  private final Parameter<String> from;
  private final Parameter<String> disk;
  private final Parameter<String> file;
  private final Parameter<String> format;
  private final Parameter<String> bus;
  private final Parameter<Boolean> readOnly;
  private final ScopeOptions scope;
  private final ResourceOptions given;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  DiskAttachCommand(Parameters parameters) {
    disk = parameters.option("--name", "DISK", text -> text, "The disk's name in the domain.");
    file = parameters.option("--file", "FILE", text -> text, "Its image.");
    format = parameters.option("--format", "FORMAT", text -> text, "The image's format.");
    bus = parameters.option("--bus", "BUS", text -> text, "What it is plugged into.");
    readOnly = parameters.flag("--read-only", "Keep the guest from writing.");
    from =
        parameters.option(
            "-f",
            "FILE",
            text -> text,
            "Instead of these, the disk as an item of 'disks' in a definition; - is standard input.");
    scope = new ScopeOptions(parameters);
    given = new ResourceOptions(parameters);
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DefinitionDocument document = document(session.environment());
    EditScope where = scope.scope();
    DomainRef domain = DomainRef.of(name.value());
    try (Resources resources = given.open(session.environment())) {
      VerbResult result =
          session.host().attachDisk(domain, document, where, resources, deadline.options());
      session
          .output()
          .result(() -> ResultCodec.write(result), () -> result.snapshot().name() + ": attached");
    }
    return ExitCodes.OK;
  }

  private DefinitionDocument document(Environment environment) {
    ObjectNode item = Json.object();
    put(item, "name", disk.given());
    put(item, "file", file.given());
    put(item, "format", format.given());
    put(item, "bus", bus.given());
    if (readOnly.value()) {
      item.put("read-only", true);
    }
    if (from.given().isEmpty()) {
      return new DefinitionDocument(
          Json.text(item), "the disk of the command line", environment.workingDirectory());
    }
    if (!item.isEmpty()) {
      throw new UsageException("-f has the whole disk: leave the other options about it out.");
    }
    return DefinitionFile.read(from.given().get(), environment);
  }

  private static void put(ObjectNode item, String key, Optional<String> value) {
    value.ifPresent(text -> item.put(key, text));
  }
}
