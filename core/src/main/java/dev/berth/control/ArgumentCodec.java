package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.Resources;
import dev.berth.host.ShutdownPolicy;
import dev.berth.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The arguments of calls as parameters: what the client writes and the server reads. */
final class ArgumentCodec {
  static final String DOMAIN = "domain";
  static final String DEADLINE = "deadlineMillis";

  /** Goes with a deadline wherever that does. */
  static final String TURN = "turn";

  static final String DESCRIPTORS = "descriptors";
  static final String SECRETS = "secrets";
  static final String TIMEOUT = "timeoutMillis";
  static final String AFTERWARDS = "afterwards";
  static final String STATES = "states";
  static final String TEXT = "text";
  static final String ORIGIN = "origin";
  static final String BASE_DIRECTORY = "baseDirectory";
  static final String CONDITION = "condition";

  private static final String ALWAYS = "always";
  private static final String ABSENT = "absent";
  private static final String REVISION = "revision";
  private static final String NAME = "name";

  private ArgumentCodec() {}

  /**
   * A domain's name or UUID as text; a name that looks like a UUID as an object with {@code name}.
   */
  static ObjectNode domain(DomainRef domain) {
    ObjectNode params = Json.object();
    String text = domain.toString();
    if (DomainRef.of(text).equals(domain)) {
      params.put(DOMAIN, text);
    } else {
      params.putObject(DOMAIN).put(NAME, text);
    }
    return params;
  }

  static DomainRef domain(Params params) {
    JsonNode value = params.member(DOMAIN).orElseThrow(() -> params.missing(DOMAIN));
    if (value.isTextual()) {
      return DomainRef.of(value.textValue());
    }
    if (value.path(NAME).isTextual()) {
      return DomainRef.of(new DomainName(value.path(NAME).textValue()));
    }
    throw params.wrong(DOMAIN, "a name or a UUID as text", value);
  }

  static void options(ObjectNode params, CallOptions options) {
    options.deadline().ifPresent(deadline -> params.put(DEADLINE, WireValue.millis(deadline)));
    if (options.turn() != CallOptions.Turn.NOW) {
      params.put(TURN, WireText.of(options.turn()));
    }
  }

  static CallOptions options(Params params) {
    return new CallOptions(
        params.optionalMillis(DEADLINE),
        params.optionalConstant(TURN, CallOptions.Turn.class).orElse(CallOptions.Turn.NOW));
  }

  /**
   * The secrets, and the names of the descriptors in the order in which these are to be sent beside
   * the request; nothing is written of what is not there.
   */
  static void resources(ObjectNode params, Resources resources) {
    if (!resources.descriptors().isEmpty()) {
      resources.descriptors().keySet().forEach(params.putArray(DESCRIPTORS)::add);
    }
    Map<String, byte[]> secrets = resources.secrets();
    if (!secrets.isEmpty()) {
      ObjectNode object = params.putObject(SECRETS);
      secrets.forEach((name, text) -> object.put(name, new String(text, StandardCharsets.UTF_8)));
    }
  }

  static Resources resources(Params params) {
    Map<String, byte[]> secrets = new HashMap<>();
    params
        .textsByName(SECRETS)
        .forEach((name, text) -> secrets.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return Resources.of(params.descriptors(DESCRIPTORS), secrets);
  }

  static void policy(ObjectNode params, ShutdownPolicy policy) {
    params.put(TIMEOUT, WireValue.millis(policy.timeout()));
    params.put(AFTERWARDS, WireText.of(policy.afterwards()));
  }

  /** The policy; what the caller leaves out is {@link ShutdownPolicy#DEFAULT}'s. */
  static ShutdownPolicy policy(Params params) {
    return new ShutdownPolicy(
        params.optionalMillis(TIMEOUT).orElse(ShutdownPolicy.DEFAULT.timeout()),
        params
            .optionalConstant(AFTERWARDS, ShutdownPolicy.Afterwards.class)
            .orElse(ShutdownPolicy.DEFAULT.afterwards()));
  }

  static void states(ObjectNode params, Set<DomainState> states) {
    ArrayNode array = params.putArray(STATES);
    states.stream().sorted().forEach(state -> array.add(state.text()));
  }

  static Set<DomainState> states(Params params) {
    JsonNode array = params.member(STATES).orElseThrow(() -> params.missing(STATES));
    if (!array.isArray() || array.isEmpty()) {
      throw params.wrong(STATES, "an array with at least one state", array);
    }
    Set<DomainState> states = EnumSet.noneOf(DomainState.class);
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw params.wrong(STATES, "an array of texts", element);
      }
      String text = element.textValue();
      states.add(
          WireText.state(text).orElseThrow(() -> params.unknown(STATES, text, everyState())));
    }
    return states;
  }

  private static String everyState() {
    return Arrays.stream(DomainState.values())
        .map(DomainState::text)
        .collect(Collectors.joining(", "));
  }

  static ObjectNode document(DefinitionDocument document) {
    ObjectNode params = Json.object();
    params.put(TEXT, document.text());
    params.put(ORIGIN, document.origin());
    params.put(BASE_DIRECTORY, document.baseDirectory().toString());
    return params;
  }

  static DefinitionDocument document(Params params) {
    return new DefinitionDocument(
        params.text(TEXT),
        params.optionalText(ORIGIN).orElse("<input>"),
        absolutePath(params, BASE_DIRECTORY));
  }

  static Path absolutePath(Params params, String name) {
    return absolutePath(name, params.text(name));
  }

  static Path absolutePath(String name, String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new InvalidRequestException(
          "Parameter '" + name + "' is no path: " + e.getReason() + ".", e);
    }
    throw new InvalidRequestException(
        "Parameter '"
            + name
            + "' should be an absolute path, but it is '"
            + Params.printable(text)
            + "'.");
  }

  static void condition(ObjectNode params, DefineCondition condition) {
    if (condition instanceof DefineCondition.Revision revision) {
      params.putObject(CONDITION).put(REVISION, revision.revision());
    } else {
      params.put(CONDITION, condition instanceof DefineCondition.Absent ? ABSENT : ALWAYS);
    }
  }

  /** The condition; {@link DefineCondition.Always} when the caller gives none. */
  static DefineCondition condition(Params params) {
    return params
        .member(CONDITION)
        .map(value -> condition(params, value))
        .orElseGet(DefineCondition.Always::new);
  }

  private static DefineCondition condition(Params params, JsonNode value) {
    if (value.isTextual()) {
      return switch (value.textValue()) {
        case ALWAYS -> new DefineCondition.Always();
        case ABSENT -> new DefineCondition.Absent();
        default -> throw params.unknown(CONDITION, value.textValue(), ALWAYS + ", " + ABSENT);
      };
    }
    JsonNode revision = value.path(REVISION);
    if (revision.isIntegralNumber() && revision.canConvertToLong()) {
      return new DefineCondition.Revision(revision.longValue());
    }
    throw params.wrong(CONDITION, "'always', 'absent' or {\"revision\": number}", value);
  }
}
