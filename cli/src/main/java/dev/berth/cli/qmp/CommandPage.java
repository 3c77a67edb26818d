package dev.berth.cli.qmp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.schema.CommandFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaCommand;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Structure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What one command takes, for people and for programs. */
public final class CommandPage {
  private final QmpSchema schema;
  private final CommandFacts facts;
  private final SchemaCommand command;
  private final TypeWords types;
  private final Map<String, Member> members;
  private final Optional<String> openTag;

  /**
   * A page.
   *
   * @param given arguments that decide which others there are, such as {@code driver=qcow2}
   */
  public CommandPage(
      QmpSchema schema, CommandFacts facts, SchemaCommand command, ObjectNode given) {
    this.schema = schema;
    this.facts = facts;
    this.command = command;
    this.types = new TypeWords(schema);
    this.members =
        command.arguments().map(arguments -> schema.members(arguments, given)).orElse(Map.of());
    this.openTag = command.arguments().flatMap(Structure::tag).filter(tag -> !given.has(tag));
  }

  /** For people, without the last line's end. */
  public String text() {
    StringBuilder page = new StringBuilder(command.name());
    notes().forEach(note -> page.append(", ").append(note));
    int width = members.keySet().stream().mapToInt(String::length).max().orElse(0);
    for (Member member : members.values()) {
      page.append("\n  ")
          .append(member.name())
          .append(" ".repeat(width - member.name().length() + 2))
          .append(types.of(member));
    }
    openTag.ifPresent(
        tag ->
            page.append("\n  and more, which ")
                .append(tag)
                .append(" decides: add ")
                .append(tag)
                .append("=… for: ")
                .append(String.join(", ", cases(tag))));
    if (command.isOpen()) {
      page.append("\n  and more, which QEMU's schema does not tell");
    }
    page.append("\nreturns ").append(command.returns().map(types::returned).orElse("what it does"));
    return page.toString();
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    facts
        .find(command.name())
        .ifPresent(
            fact -> {
              fact.age().ifPresent(notes::add);
              fact.removedIn().ifPresent(version -> notes.add("removed in " + version));
              fact.instead().ifPresent(other -> notes.add("instead: " + other));
            });
    if (command.outOfBand()) {
      notes.add("also out of band");
    }
    notes.addAll(new TreeSet<>(command.features()));
    return notes;
  }

  private Set<String> cases(String tag) {
    return schema.type(members.get(tag).type()) instanceof Enumeration words
        ? words.values()
        : Set.of();
  }

  /** For programs. */
  public ObjectNode document() {
    ObjectNode document = Json.object().put("command", command.name());
    document.put("outOfBand", command.outOfBand());
    texts(document.putArray("features"), command.features());
    ArrayNode arguments = document.putArray("arguments");
    for (Member member : members.values()) {
      ObjectNode argument = arguments.addObject().put("name", member.name());
      argument.put("type", types.plain(member.type())).put("optional", member.optional());
      texts(argument.putArray("features"), member.features());
    }
    openTag.ifPresent(tag -> document.put("decidedBy", tag));
    document.put("returns", command.returns().map(types::returned).orElse(""));
    return document;
  }

  private static void texts(ArrayNode array, Set<String> texts) {
    new TreeSet<>(texts).forEach(array::add);
  }
}
