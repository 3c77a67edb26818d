package dev.berth.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.NearestWord;
import dev.berth.definition.Quotation;
import dev.berth.json.Json;
import dev.berth.json.Surrogates;
import dev.berth.schema.SchemaType.Alternate;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Sequence;
import dev.berth.schema.SchemaType.Structure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks one command's arguments. Values are queued, never recursed into, so neither the depth of
 * the arguments nor types that contain themselves matter: each value is looked at once.
 */
final class ArgumentCheck {
  /** More say no more. */
  private static final int MOST_VIOLATIONS = 20;

  /** Among more words the nearest is not looked for, and no more of them are listed. */
  private static final int MOST_CANDIDATES = 2_000;

  private static final int MOST_LISTED = 12;
  private static final int MOST_NEAREST = 2;

  /** A value that waits to be looked at. */
  private record Item(JsonNode value, SchemaType type, ArgumentPath path) {}

  private final QmpSchema schema;
  private final Deque<Item> waiting = new ArrayDeque<>();
  private final List<Violation> violations = new ArrayList<>();

  private ArgumentCheck(QmpSchema schema) {
    this.schema = schema;
  }

  static List<Violation> check(QmpSchema schema, String command, JsonNode arguments) {
    Optional<SchemaCommand> known = schema.command(command);
    if (known.isEmpty()) {
      String advice = didYouMean(command, schema.commandNames()).orElse("");
      return List.of(new Violation("", "there is no command " + Quotation.of(command) + advice));
    }
    ArgumentCheck check = new ArgumentCheck(schema);
    check.checkAll(known.get(), arguments);
    return List.copyOf(check.violations);
  }

  private void checkAll(SchemaCommand command, JsonNode arguments) {
    if (!arguments.isObject()) {
      report(ArgumentPath.ROOT, "should be an object, but is " + Fit.kind(arguments));
      return;
    }
    if (command.arguments().isEmpty()) {
      waiting.add(new Item(arguments, Builtin.ANY, ArgumentPath.ROOT));
    } else {
      structure(arguments, command.arguments().get(), ArgumentPath.ROOT, command.isOpen());
    }
    while (!waiting.isEmpty() && violations.size() < MOST_VIOLATIONS) {
      Item item = waiting.remove();
      if (item.path.depth() > Json.MAX_DEPTH) {
        report(item.path, "is nested more than " + Json.MAX_DEPTH + " levels deep");
      } else {
        look(item.value, item.type, item.path);
      }
    }
  }

  private void look(JsonNode value, SchemaType type, ArgumentPath path) {
    if (value.isTextual() && Surrogates.isBroken(value.textValue())) {
      report(path, "holds half a surrogate pair, which is no character");
    } else if (type instanceof Builtin builtin) {
      builtin(value, builtin, path);
    } else if (type instanceof Enumeration enumeration) {
      enumeration(value, enumeration, path);
    } else if (type instanceof Sequence sequence) {
      sequence(value, sequence, path);
    } else if (type instanceof Alternate alternate) {
      alternate(value, alternate, path);
    } else if (type instanceof Structure structure) {
      if (value.isObject()) {
        structure(value, structure, path, false);
      } else {
        wrongType(path, "an object", value);
      }
    }
  }

  private void builtin(JsonNode value, Builtin builtin, ArgumentPath path) {
    if (builtin == Builtin.ANY) {
      anything(value, path);
    } else if (!Fit.of(value, builtin)) {
      wrongType(path, builtin.words(), value);
    } else if (builtin == Builtin.INTEGER && !Fit.in64Bits(value)) {
      report(path, "is beyond 64 bits");
    }
  }

  /** No type to check against; what no JSON document may hold is still looked for. */
  private void anything(JsonNode value, ArgumentPath path) {
    if (value.isArray()) {
      elements(value, Builtin.ANY, path);
    }
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      checkName(member.getKey(), path);
      waiting.add(new Item(member.getValue(), Builtin.ANY, path.member(member.getKey())));
    }
  }

  private void enumeration(JsonNode value, Enumeration enumeration, ArgumentPath path) {
    if (!value.isTextual()) {
      wrongType(path, "a string", value);
    } else if (!enumeration.values().contains(value.textValue())) {
      String word = value.textValue();
      String advice =
          didYouMean(word, enumeration.values())
              .or(() -> list(enumeration.values()).map(all -> "; there are " + all))
              .orElse("");
      report(path, "does not know " + Quotation.of(word) + advice);
    }
  }

  private void sequence(JsonNode value, Sequence sequence, ArgumentPath path) {
    if (value.isArray()) {
      elements(value, schema.type(sequence.element()), path);
    } else {
      wrongType(path, "an array", value);
    }
  }

  private void elements(JsonNode array, SchemaType type, ArgumentPath path) {
    int index = 0;
    for (JsonNode element : array) {
      waiting.add(new Item(element, type, path.element(index++)));
    }
  }

  private void alternate(JsonNode value, Alternate alternate, ArgumentPath path) {
    List<SchemaType> branches = schema.types(alternate.branches());
    for (SchemaType branch : branches) {
      // An alternate in an alternate is none of QAPI's, and could be in itself.
      if (!(branch instanceof Alternate) && Fit.of(value, branch)) {
        look(value, branch, path);
        return;
      }
    }
    wrongType(path, String.join(" or ", branches.stream().map(Fit::words).toList()), value);
  }

  private void structure(JsonNode object, Structure type, ArgumentPath path, boolean open) {
    UnionMembers expected = UnionMembers.of(schema, type, object);
    for (Member member : expected.members().values()) {
      JsonNode value = object.get(member.name());
      if (value != null) {
        waiting.add(new Item(value, schema.type(member.type()), path.member(member.name())));
      } else if (!member.optional()) {
        report(path.member(member.name()), "is missing");
      }
    }
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      String name = member.getKey();
      if (expected.members().containsKey(name)) {
        continue;
      }
      checkName(name, path);
      if (open) {
        waiting.add(new Item(member.getValue(), Builtin.ANY, path.member(name)));
      } else if (expected.areComplete()) {
        unknown(name, expected, path);
      }
    }
  }

  private void unknown(String name, UnionMembers expected, ArgumentPath path) {
    Collection<String> names = expected.members().keySet();
    String advice =
        didYouMean(name, names)
            .or(() -> list(names).map(all -> "; there are " + all))
            .orElse(names.isEmpty() ? "; there is none" : "");
    report(path.member(name), "there is no such member" + expected.condition() + advice);
  }

  private void checkName(String name, ArgumentPath path) {
    if (Surrogates.isBroken(name)) {
      report(path.member(name), "has half a surrogate pair in its name, which is no character");
    }
  }

  private static Optional<String> didYouMean(String word, Collection<String> candidates) {
    if (candidates.size() > MOST_CANDIDATES) {
      return Optional.empty();
    }
    List<String> nearest =
        NearestWord.to(word, candidates, MOST_NEAREST).stream().map(Quotation::of).toList();
    return nearest.isEmpty()
        ? Optional.empty()
        : Optional.of("; did you mean " + String.join(" or ", nearest) + "?");
  }

  private static Optional<String> list(Collection<String> words) {
    return words.isEmpty() || words.size() > MOST_LISTED
        ? Optional.empty()
        : Optional.of(String.join(", ", words.stream().map(Quotation::cut).toList()));
  }

  private void wrongType(ArgumentPath path, String wanted, JsonNode value) {
    report(path, "should be " + wanted + ", but is " + Fit.kind(value));
  }

  private void report(ArgumentPath path, String message) {
    if (violations.size() < MOST_VIOLATIONS) {
      violations.add(new Violation(path.text(), message));
    }
  }
}
