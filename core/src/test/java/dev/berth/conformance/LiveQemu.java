package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.qapi.TypedCommands;
import dev.berth.qapi.Wire;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qapi.introspect.SchemaInfo;
import dev.berth.qmp.CommandGate;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaGate;
import dev.berth.testing.TestQemu;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A QEMU of any version that a scenario talks to in typed commands. Each is written as JSON with
 * single quotes, read into the model, and sent as the model writes it, which must be the same; the
 * reply is read with nothing left over, and so is every event that comes. A command that the QEMU
 * lacks is kept back by the gate, which must say why.
 */
final class LiveQemu implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);
  private final TestQemu binary;
  private final Path directory;
  private final Process process;
  private final Transcript transcript = new Transcript();
  private final SeenEvents events = new SeenEvents();
  private final List<String> unread = new ArrayList<>();
  private final QmpConnection connection;
  private final QmpSchema schema;

  private LiveQemu(TestQemu binary, Path directory, Process process) throws Exception {
    this.binary = binary;
    this.directory = directory;
    this.process = process;
    try (QmpConnection first = connect(new SeenEvents(), CommandGate.OPEN)) {
      JsonNode described = first.execute(new QueryQmpSchema(), soon());
      schema = QmpSchema.read(first.greeting().version(), described);
    }
    connection = connect(events, new SchemaGate(schema, new KnownFacts()));
    transcript.executed("qmp_capabilities"); // or there would be no connection
    transcript.executed("query-qmp-schema");
  }

  /** Starts one that works in that directory. */
  static LiveQemu start(TestQemu qemu, Path directory, Scenario scenario) throws Exception {
    List<String> command = new ArrayList<>(List.of(qemu.emulator().toString()));
    command.addAll(scenario.machine());
    command.addAll(Scenario.words("-nodefaults -no-user-config -display none -S"));
    command.addAll(scenario.options());
    command.addAll(List.of("-qmp", "unix:qmp,server=on,wait=off"));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("stderr").toFile())
            .start();
    try {
      return new LiveQemu(qemu, directory, process);
    } catch (Exception | AssertionError e) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(Files.readString(directory.resolve("stderr")), e);
    }
  }

  private QmpConnection connect(SeenEvents listener, CommandGate gate) throws Exception {
    return loop.connect(directory.resolve("qmp"), PATIENCE, process.onExit(), listener, gate).get();
  }

  private static Deadline soon() {
    return Deadline.of(PATIENCE);
  }

  /** Which QEMU it is. */
  TestQemu binary() {
    return binary;
  }

  /** The directory that QEMU works in. */
  Path directory() {
    return directory;
  }

  /** The version as {@code 7.2}. */
  String version() {
    return connection.greeting().major() + "." + connection.greeting().minor();
  }

  QmpSchema schema() {
    return schema;
  }

  Process process() {
    return process;
  }

  boolean has(String command) {
    return schema.supports(command);
  }

  boolean has(String command, String argument) {
    return schema.supports(command, argument);
  }

  /** Reads the reply to {@code query-qmp-schema}, which its command leaves as it is, too. */
  void unreadOfSchema(JsonNode reply) {
    Unread.in(reply, Wire.elements(reply, SchemaInfo::read))
        .forEach(place -> unread.add("query-qmp-schema" + place));
  }

  /** What was run and seen so far. */
  Transcript transcript() {
    return transcript;
  }

  /** What the model has not read so far, of replies and of events. */
  List<String> unread() {
    List<String> all = new ArrayList<>(unread);
    all.addAll(events.unread());
    return all;
  }

  /**
   * Has a command succeed, and waits for these events of it; each is a name, or a name and members,
   * as {@code JOB_STATUS_CHANGE {'status':'ready'}}. Empty when this QEMU lacks it.
   */
  Optional<JsonNode> tell(String command, String arguments, String... caused)
      throws InterruptedException {
    return tell(null, command, arguments, caused);
  }

  /** The same, without arguments. */
  Optional<JsonNode> tell(String command) throws InterruptedException {
    return tell(command, "{}");
  }

  /** The same, with a file descriptor. */
  Optional<JsonNode> tell(
      @Nullable FileDescriptor descriptor, String command, String arguments, String... caused)
      throws InterruptedException {
    int before = events.count();
    Optional<JsonNode> reply;
    try {
      reply = send(descriptor, typed(command, arguments));
    } catch (QemuRefusedException e) {
      throw new AssertionError(version() + " refused " + command + " " + arguments, e);
    }
    if (reply.isPresent()) {
      transcript.executed(command);
      for (String event : caused) {
        await(event, before);
      }
    }
    return reply;
  }

  /** Dismisses a job that has concluded, which must have done what it was for. */
  void dismiss(String job) throws InterruptedException {
    for (JsonNode each : tell("query-jobs").orElseThrow()) {
      if (each.path("id").asText().equals(job)) {
        assertThat(each.path("error").asText()).as("the error of job '%s'", job).isEmpty();
      }
    }
    tell("job-dismiss", "{'id':'" + job + "'}");
  }

  /** Sends a command that this QEMU may refuse, which goes on record with its words. */
  Optional<JsonNode> attempt(String command, String arguments) throws InterruptedException {
    try {
      Optional<JsonNode> reply = send(null, typed(command, arguments));
      reply.ifPresent(there -> transcript.executed(command));
      return reply;
    } catch (QemuRefusedException e) {
      transcript.refused(command, e.description());
      return Optional.empty();
    }
  }

  /** Sends a command that every QEMU must refuse here. */
  void refused(String command, String arguments) throws InterruptedException {
    assertThat(attempt(command, arguments)).as(command).isEmpty();
  }

  /** Writes a little to a node, as a guest would, and waits for these events of it. */
  void write(String node, String... caused) throws InterruptedException {
    tell(
        "human-monitor-command",
        "{'command-line':'qemu-io " + node + " \\\"write 0 64k\\\"'}",
        caused);
  }

  /** Counts what another QEMU was told and said as this one's. */
  void include(LiveQemu other) {
    transcript.include(other.transcript);
    unread.addAll(other.unread());
  }

  /** Waits for an event that may have come at any time. */
  void sawBefore(String event) throws InterruptedException {
    await(event, 0);
  }

  /** Waits for an event that comes, or has come, after the last call of this. */
  ObjectNode await(String event) throws InterruptedException {
    return await(event, events.awaited());
  }

  private ObjectNode await(String event, int from) throws InterruptedException {
    int space = event.indexOf(' ');
    String name = space < 0 ? event : event.substring(0, space);
    ObjectNode data =
        events.await(name, space < 0 ? Json.object() : json(event.substring(space)), from);
    transcript.seen(name);
    return data;
  }

  private Optional<JsonNode> send(@Nullable FileDescriptor descriptor, QmpCommand<?> command)
      throws InterruptedException {
    var whole = new WholeReply(command);
    try {
      Outcome outcome =
          descriptor == null
              ? connection.execute(whole, soon())
              : connection.execute(whole, descriptor, soon());
      outcome.unread().forEach(place -> unread.add(command.command() + place));
      return Optional.of(outcome.reply());
    } catch (UnsupportedException e) {
      assertThat(schema.supports(command.command())).as(e.getMessage()).isFalse();
      assertThat(e).hasMessageMatching(".*lacks the command '.*' \\((since|after|removed).*");
      return Optional.empty();
    }
  }

  private static QmpCommand<?> typed(String name, String arguments) {
    ObjectNode json = json(arguments);
    QmpCommand<?> typed =
        TypedCommands.read(name, json)
            .orElseThrow(() -> new AssertionError("the model has no command " + name));
    assertThat(Unread.in(json, typed.arguments())).as(name).isEmpty();
    return typed;
  }

  static ObjectNode json(String text) {
    try {
      return (ObjectNode) Json.read(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  /** Ends QEMU, if it has not ended, and everything here. */
  @Override
  public void close() throws IOException {
    loop.close();
    callbacks.shutdown();
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(directory.resolve("qmp")); // one that is killed leaves it
  }

  /** A reply as it came, and what of it was not read. */
  private record Outcome(JsonNode reply, Set<String> unread) {}

  /** A typed command that keeps its reply as it came, too. */
  private record WholeReply(QmpCommand<?> typed) implements QmpCommand<Outcome> {
    @Override
    public String command() {
      return typed.command();
    }

    @Override
    public ObjectNode arguments() {
      return typed.arguments();
    }

    @Override
    public Outcome decode(JsonNode value) {
      return new Outcome(value, Unread.in(value, typed.decode(value)));
    }
  }
}
