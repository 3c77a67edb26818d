package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.control.ResultCodec;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.Optional;

/**
 * What the commands that attach a device have in common: the device comes from options, or as a
 * document with {@code -f}.
 */
final class DeviceItem {
  private final String noun;
  private final Parameter<String> from;
  private final ScopeOptions scope;
  private final Optional<ResourceOptions> given;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final ObjectNode item = Json.object();

  /** The call on the host. */
  interface Attach {
    VerbResult on(
        VmHost host,
        DomainRef domain,
        DefinitionDocument document,
        EditScope scope,
        Resources resources,
        CallOptions options);
  }

  /**
   * Declares the parameters, which follow those of the device itself.
   *
   * @param noun what the device is called
   * @param origin what its document is in a definition
   */
  DeviceItem(Parameters parameters, String noun, String origin) {
    this(parameters, noun, origin + " in a definition", true);
  }

  private DeviceItem(
      Parameters parameters, String noun, String document, boolean mayNameResources) {
    this.noun = noun;
    from =
        parameters.option(
            "-f",
            "FILE",
            text -> text,
            "Instead of these, the " + noun + " as " + document + "; - is standard input.");
    scope = new ScopeOptions(parameters);
    given = mayNameResources ? Optional.of(new ResourceOptions(parameters)) : Optional.empty();
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  /**
   * The same for a device that names nothing.
   *
   * @param document what it is in a document
   */
  static DeviceItem withoutResources(Parameters parameters, String noun, String document) {
    return new DeviceItem(parameters, noun, document, false);
  }

  /** Says that of the device, if it was said. */
  void put(String key, Optional<String> value) {
    value.ifPresent(text -> item.put(key, text));
  }

  /** Says that of the device, if it was said; what is no number is said as it is. */
  void putNumber(String key, Optional<String> value) {
    value.ifPresent(
        text -> {
          if (text.matches("[0-9]{1,9}")) {
            item.put(key, Integer.parseInt(text));
          } else {
            item.put(key, text);
          }
        });
  }

  /** Says that of the device. */
  void put(String key) {
    item.put(key, true);
  }

  /** Attaches it. */
  int attach(Session session, Attach call) throws IOException, InterruptedException {
    DefinitionDocument document = document(session.environment());
    EditScope where = scope.scope();
    DomainRef domain = DomainRef.of(name.value());
    try (Resources resources = resources(session.environment())) {
      VerbResult result =
          call.on(session.host(), domain, document, where, resources, deadline.options());
      session
          .output()
          .result(() -> ResultCodec.write(result), () -> result.snapshot().name() + ": attached");
    }
    return ExitCodes.OK;
  }

  private Resources resources(Environment environment) throws IOException {
    return given.isPresent() ? given.get().open(environment) : Resources.none();
  }

  private DefinitionDocument document(Environment environment) {
    if (from.given().isEmpty()) {
      return new DefinitionDocument(
          Json.text(item), "the " + noun + " of the command line", environment.workingDirectory());
    }
    if (!item.isEmpty()) {
      throw new UsageException(
          "-f has the whole " + noun + ": leave the other options about it out.");
    }
    return DefinitionFile.read(from.given().get(), environment);
  }
}
