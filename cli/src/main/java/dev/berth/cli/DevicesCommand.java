package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.cli.output.Output;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** {@code vmctl disk list} and the like: one for each kind of device. */
final class DevicesCommand<T> implements Command {
  private final BiFunction<VmHost, DomainRef, List<T>> query;
  private final Function<T, String> nameOf;
  private final Function<List<T>, JsonNode> json;
  private final Function<List<T>, String> rows;
  private final Parameter<String> name;

  /**
   * A command.
   *
   * @param query the call on the host
   * @param nameOf a device's name
   * @param json devices for programs
   * @param rows devices for people
   */
  DevicesCommand(
      Parameters parameters,
      BiFunction<VmHost, DomainRef, List<T>> query,
      Function<T, String> nameOf,
      Function<List<T>, JsonNode> json,
      Function<List<T>, String> rows) {
    this.query = query;
    this.nameOf = nameOf;
    this.json = json;
    this.rows = rows;
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<T> devices = query.apply(session.host(), DomainRef.of(name.value()));
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (T device : devices) {
        output.text(nameOf.apply(device));
      }
      return ExitCodes.OK;
    }
    output.result(() -> json.apply(devices), () -> rows.apply(devices));
    return ExitCodes.OK;
  }
}
