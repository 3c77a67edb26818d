package dev.berth.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.MalformedReplyException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An index of what one QEMU takes over QMP. Immutable; any thread may use it. Questions by name
 * take constant time.
 */
public final class QmpSchema {
  private static final String NOTHING = "[]";

  private final String version;
  private final String json;
  private final Map<String, SchemaCommand> commands;
  private final Map<String, SchemaType.Structure> events;
  private final Map<String, SchemaType> types;

  QmpSchema(
      String version,
      String json,
      Map<String, SchemaCommand> commands,
      Map<String, SchemaType.Structure> events,
      Map<String, SchemaType> types) {
    this.version = version;
    this.json = json;
    this.commands = commands;
    this.events = events;
    this.types = types;
  }

  /**
   * An index of the reply to {@code query-qmp-schema}.
   *
   * @param version QEMU's, e.g. {@code 7.2.22}, for messages
   * @throws MalformedReplyException when it is no schema, or one that names types it does not have
   */
  public static QmpSchema read(String version, JsonNode reply) {
    return new SchemaReader(version, reply).read();
  }

  /**
   * An index of the reply to {@code query-commands}: all that a QEMU before 2.5 tells of itself. It
   * has no arguments to check.
   */
  public static QmpSchema ofCommands(String version, Collection<String> names) {
    return new QmpSchema(version, NOTHING, SchemaReader.namesOnly(names), Map.of(), Map.of());
  }

  /** The version of the QEMU that told it. */
  public String version() {
    return version;
  }

  /** What QEMU said, as JSON; an empty array when it cannot describe its commands. */
  public String json() {
    return json;
  }

  /** That command, or empty when this QEMU lacks it. */
  public Optional<SchemaCommand> command(String name) {
    return Optional.ofNullable(commands.get(name));
  }

  /** The names of all commands. */
  public Set<String> commandNames() {
    return commands.keySet();
  }

  /** The data of that event, or empty when this QEMU lacks it. */
  public Optional<SchemaType.Structure> event(String name) {
    return Optional.ofNullable(events.get(name));
  }

  /** The names of all events. */
  public Set<String> eventNames() {
    return events.keySet();
  }

  /** Whether this QEMU has that command. */
  public boolean supports(String command) {
    return commands.containsKey(command);
  }

  /** Whether this QEMU has that command, with that argument. */
  public boolean supports(String command, String argument) {
    SchemaCommand known = commands.get(command);
    return known != null && known.takes(argument);
  }

  /**
   * The type of that name, as members and elements name it.
   *
   * @throws IllegalArgumentException when there is none, which no name from this schema can be
   */
  public SchemaType type(String name) {
    SchemaType type = types.get(name);
    if (type == null) {
      throw new IllegalArgumentException("there is no type '" + name + "'");
    }
    return type;
  }

  /**
   * The members that an object of that type has, by name, as far as the values of its tags decide:
   * those in {@code object}.
   */
  public Map<String, SchemaType.Member> members(SchemaType.Structure type, JsonNode object) {
    return UnionMembers.of(this, type, object).members();
  }

  /** The types behind those names. */
  List<SchemaType> types(Collection<String> names) {
    return names.stream().map(this::type).toList();
  }

  /**
   * Everything that is wrong with a command and its arguments for this QEMU, from the outside in;
   * empty when nothing is. The work is bounded by the size of the arguments, and of deep or very
   * wrong ones only the first problems are told.
   */
  public List<Violation> check(String command, JsonNode arguments) {
    return ArgumentCheck.check(this, command, arguments);
  }

  @Override
  public String toString() {
    return "schema of QEMU " + version + ": " + commands.size() + " commands";
  }
}
