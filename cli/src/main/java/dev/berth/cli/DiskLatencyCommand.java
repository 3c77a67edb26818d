package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.berth.control.ResultCodec;
import dev.berth.definition.LatencyDocument;
import dev.berth.domain.LatencyBounds;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import java.io.IOException;

/** {@code vmctl disk latency}. */
final class DiskLatencyCommand implements Command {
  private final Parameter<String> boundaries;
  private final Parameter<Boolean> off;
  private final ScopeOptions scope;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;

  DiskLatencyCommand(Parameters parameters) {
    boundaries =
        parameters.option(
            "--boundaries",
            "DURATIONS",
            text -> text,
            "Count between these, such as 100us,1ms,10ms; without it, from 50us to 1s.");
    off = parameters.flag("--off", "Count no more.");
    scope = new ScopeOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The disk's name in the domain.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    LatencyBounds bounds = LatencyDocument.read(wanted(), "the command line");
    VerbResult result =
        session
            .host()
            .setLatencyHistogram(
                DomainRef.of(name.value()),
                disk.value(),
                bounds,
                scope.scope(),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () ->
                result.snapshot().name()
                    + ": latencies of '"
                    + disk.value()
                    + (bounds.isOn() ? "' are counted" : "' are not counted"));
    return ExitCodes.OK;
  }

  private JsonNode wanted() {
    if (off.value() && boundaries.given().isPresent()) {
      throw new UsageException("Give the boundaries between which to count, or --off.");
    }
    if (boundaries.given().isEmpty()) {
      return BooleanNode.valueOf(!off.value());
    }
    ArrayNode array = Json.array();
    for (String bound : boundaries.value().split(",", -1)) {
      array.add(bound);
    }
    return array;
  }
}
