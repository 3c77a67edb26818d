package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.soon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a QEMU to make a recording of it: everything that can be queried without
 * arguments, the assembly of a typical machine, its life, questions that are refused, and the end.
 * Nothing in it depends on where it runs.
 */
final class TypicalSession {
  /** Events that a command causes are waited for, so that they are on record at their place. */
  private static final Map<String, String> CAUSES =
      Map.of("system_reset", "RESET", "cont", "RESUME", "stop", "STOP");

  private final QmpConnection connection;
  private final Path directory;

  /**
   * A session to come.
   *
   * @param directory QEMU's working directory
   */
  TypicalSession(QmpConnection connection, Path directory) {
    this.connection = connection;
    this.directory = directory;
  }

  /** How the QEMU is to be started, in its working directory. */
  static List<String> options() {
    List<String> options = new ArrayList<>();
    for (String option :
        "-machine q35 -accel tcg -m 64 -nodefaults -no-user-config -display none -S -no-shutdown"
            .split(" ")) {
      options.add(option);
    }
    for (int slot = 1; slot <= 5; slot++) {
      options.addAll(List.of("-device", "pcie-root-port,id=port" + slot + ",chassis=" + slot));
    }
    options.addAll(List.of("-qmp", "unix:qmp,server=on,wait=off"));
    return options;
  }

  /** Goes through all of it. */
  void run() throws IOException, InterruptedException {
    List<String> queries = queries(tell("query-qmp-schema").orElseThrow());
    queries.forEach(this::tell);
    assemble();
    for (String command : List.of("system_reset", "cont", "stop", "cont", "system_reset", "stop")) {
      happen(command);
    }
    queries.stream().filter(TypicalSession::changesWithTheMachine).forEach(this::tell);
    refused();
    TestLoop.await(connection.quit());
  }

  /** The names of queries that need no arguments, by the live schema. */
  private static List<String> queries(JsonNode schema) {
    Map<String, JsonNode> entities = new HashMap<>();
    schema.forEach(entity -> entities.put(Json.text(entity, "name"), entity));
    return entities.values().stream()
        .filter(entity -> Json.text(entity, "meta-type").equals("command"))
        .filter(entity -> Json.text(entity, "name").startsWith("query-"))
        .filter(entity -> needsNothing(entities.get(Json.text(entity, "arg-type"))))
        .map(entity -> Json.text(entity, "name"))
        .filter(name -> !name.equals("query-qmp-schema"))
        .sorted()
        .toList();
  }

  private static boolean needsNothing(JsonNode arguments) {
    for (JsonNode member : arguments.path("members")) {
      if (!member.has("default")) {
        return false;
      }
    }
    return true;
  }

  private static boolean changesWithTheMachine(String query) {
    return List.of(
            "query-balloon",
            "query-block",
            "query-blockstats",
            "query-chardev",
            "query-cpus-fast",
            "query-fdsets",
            "query-iothreads",
            "query-named-block-nodes",
            "query-pci",
            "query-rx-filter",
            "query-status")
        .contains(query);
  }

  private void assemble() throws IOException, InterruptedException {
    try (var image = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
      image.setLength(1 << 20);
      passed(image.getFD(), "add-fd", "{'fdset-id': 1, 'opaque': 'rdwr:disk'}");
    }
    for (String step :
        List.of(
            "blockdev-add {'driver': 'file', 'node-name': 'root-file', 'filename': '/dev/fdset/1',"
                + " 'cache': {'direct': false, 'no-flush': false}}",
            "blockdev-add {'driver': 'raw', 'node-name': 'root', 'file': 'root-file'}",
            "device_add {'driver': 'virtio-blk-pci', 'id': 'root', 'bus': 'port1', 'drive': 'root',"
                + " 'bootindex': 1}",
            "netdev_add {'type': 'user', 'id': 'net0'}",
            "device_add {'driver': 'virtio-net-pci', 'id': 'net0', 'bus': 'port2', 'netdev': 'net0',"
                + " 'mac': '52:54:00:12:34:56'}",
            "object-add {'qom-type': 'rng-random', 'id': 'rng', 'filename': '/dev/urandom'}",
            "device_add {'driver': 'virtio-rng-pci', 'id': 'rng', 'bus': 'port3', 'rng': 'rng'}",
            "device_add {'driver': 'virtio-balloon-pci', 'id': 'balloon', 'bus': 'port4'}",
            "device_add {'driver': 'virtio-serial-pci', 'id': 'agent-bus', 'bus': 'port5'}",
            "chardev-add {'id': 'agent', 'backend': {'type': 'socket', 'data': {'server': true,"
                + " 'wait': false, 'addr': {'type': 'unix', 'data': {'path': 'agent'}}}}}",
            "device_add {'driver': 'virtserialport', 'id': 'agent', 'bus': 'agent-bus.0',"
                + " 'chardev': 'agent', 'name': 'org.qemu.guest_agent.0'}",
            "object-add {'qom-type': 'secret', 'id': 'key', 'data': 'hunter2'}")) {
      int space = step.indexOf(' ');
      tell(step.substring(0, space), step.substring(space));
    }
  }

  private void refused() {
    tell("query-nothing");
    tell("blockdev-del", "{'node-name': 'root'}"); // in use
    tell("blockdev-add", "{'driver': 'raw', 'node-name': 'root', 'file': 'root-file'}"); // there
    tell("device_add", "{'driver': 'no-such-device'}");
    tell("stop", "{'now': true}");
    tell("qom-get", "{'path': '/objects/key', 'property': 'data'}");
    TestLoop.await(connection.probe());
  }

  private void happen(String command) throws InterruptedException {
    String event = CAUSES.get(command);
    try (Expectation caused = connection.expect(each -> each.name().equals(event))) {
      tell(command);
      caused.await(soon());
    }
  }

  private Optional<JsonNode> tell(String command) {
    return tell(command, "{}");
  }

  /** Sends a command; its refusal is as good as its reply. */
  private Optional<JsonNode> tell(String command, String arguments) {
    try {
      return Optional.of(connection.execute(command(command, arguments), soon()));
    } catch (QemuRefusedException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted at " + command, e);
    }
  }

  private void passed(FileDescriptor descriptor, String command, String arguments)
      throws InterruptedException {
    connection.execute(command(command, arguments), descriptor, soon());
  }

  private static RawCommand command(String name, String arguments) {
    try {
      return new RawCommand(name, (ObjectNode) Json.read(arguments.replace('\'', '"')));
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + arguments, e);
    }
  }
}
