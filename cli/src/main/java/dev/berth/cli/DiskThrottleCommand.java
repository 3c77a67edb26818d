package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.control.ResultCodec;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.ThrottleDocument;
import dev.berth.domain.Throttle;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code vmctl disk throttle}. */
final class DiskThrottleCommand implements Command {
  private final Map<String, Parameter<String>> limits = new LinkedHashMap<>();
  private final Parameter<Boolean> none;
  private final ScopeOptions scope;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;

  DiskThrottleCommand(Parameters parameters) {
    limit(
        parameters, "bytes", "RATE", "Bytes a second, such as 50MiB or '50MiB burst 1GiB for 9s'.");
    limit(parameters, "read-bytes", "RATE", "Bytes read a second.");
    limit(parameters, "write-bytes", "RATE", "Bytes written a second.");
    limit(parameters, "operations", "RATE", "Requests a second, such as 500 or '500 burst 1000'.");
    limit(parameters, "read-operations", "RATE", "Requests that read, a second.");
    limit(parameters, "write-operations", "RATE", "Requests that write, a second.");
    limit(parameters, "group", "GROUP", "Share these limits with the disks of that group.");
    none = parameters.flag("--none", "No limits any more.");
    scope = new ScopeOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The disk's name in the domain.");
  }

  private void limit(Parameters parameters, String key, String label, String description) {
    limits.put(key, parameters.option("--" + key, label, text -> text, description));
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Throttle throttle = throttle();
    VerbResult result =
        session
            .host()
            .setThrottle(
                DomainRef.of(name.value()),
                disk.value(),
                throttle,
                scope.scope(),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": " + (none.value() ? "not limited" : "limited"));
    return ExitCodes.OK;
  }

  private Throttle throttle() {
    ObjectNode given = Json.object();
    limits.forEach((key, value) -> value.given().ifPresent(text -> given.put(key, text)));
    if (given.isEmpty() == !none.value()) {
      throw new UsageException("Give the limits that the disk shall have, all of them, or --none.");
    }
    return ThrottleDocument.read(
        new DefinitionDocument(Json.text(given), "the command line", Path.of("/")));
  }
}
