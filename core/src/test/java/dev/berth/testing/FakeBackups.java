package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The nodes of a {@link FakeMachine} as a backup sees them, their bitmaps and the jobs that copy
 * them: all of it at once, unless they were told to take their time. Thread-safe.
 */
public final class FakeBackups {
  private static final long SIZE = 8 << 20;

  private final FakeQemu qemu;
  private final Supplier<Set<String>> nodes;
  private final Path nbdSocket;

  // guarded by this
  private final Map<String, Map<String, Boolean>> bitmaps = new TreeMap<>();
  private final Map<String, ObjectNode> jobs = new LinkedHashMap<>();
  private final Map<String, ObjectNode> exports = new LinkedHashMap<>();
  private Optional<ServerSocketChannel> server = Optional.empty();
  private boolean isServing;
  private boolean slow;
  private Optional<String> failure = Optional.empty();

  /**
   * For one machine.
   *
   * @param nodes the names of those that it has
   * @param nbdSocket where its NBD server listens, and says nothing
   */
  FakeBackups(FakeQemu qemu, Supplier<Set<String>> nodes, Path nbdSocket) {
    this.qemu = qemu;
    this.nodes = nodes;
    this.nbdSocket = nbdSocket;
    qemu.answer("query-named-block-nodes", arguments -> nodes());
    qemu.answer("query-jobs", arguments -> jobs());
    qemu.answer("blockdev-create", this::create);
    qemu.answer("transaction", this::transaction);
    qemu.answer("blockdev-reopen", "{}");
    qemu.answer("job-pause", arguments -> status(arguments, "paused"));
    qemu.answer("job-resume", arguments -> status(arguments, "running"));
    qemu.answer("job-cancel", arguments -> status(arguments, "concluded"));
    qemu.answer("job-dismiss", this::dismiss);
    qemu.reply("block-dirty-bitmap-remove", this::removeBitmap);
    qemu.reply("nbd-server-start", this::startServer);
    qemu.reply("nbd-server-stop", arguments -> serve(false, "NBD server not running"));
    qemu.answer("block-export-add", this::addExport);
    qemu.answer("block-export-del", this::removeExport);
    qemu.answer("query-block-exports", arguments -> exports());
  }

  /** From now on a job goes on until it is finished. */
  public synchronized void takeTime() {
    slow = true;
  }

  /** From now on nothing can be written, and that is found out at once. */
  public synchronized void failAlways(String error) {
    failure = Optional.of(error);
  }

  /** All is written. */
  public void finish() {
    end(Optional.empty());
  }

  /** It could not be written. */
  public void fail(String error) {
    end(Optional.of(error));
  }

  private void end(Optional<String> error) {
    synchronized (this) {
      for (ObjectNode job : jobs.values()) {
        job.put("status", "concluded");
        error.ifPresent(it -> job.put("error", it));
      }
    }
    tell("concluded");
  }

  /** How its jobs are, by their ids. */
  public synchronized Map<String, String> statuses() {
    Map<String, String> all = new TreeMap<>();
    jobs.forEach((id, job) -> all.put(id, job.path("status").asText()));
    return all;
  }

  /** What it serves by NBD, by the names of the disks. */
  public synchronized Set<String> served() {
    return exports.values().stream()
        .map(export -> export.path("name").asText())
        .collect(Collectors.toSet());
  }

  /** Whether its NBD server runs. */
  public synchronized boolean isServing() {
    return isServing;
  }

  /** Somebody takes its exports away. */
  public synchronized void removeExports() {
    exports.clear();
  }

  private ObjectNode startServer(ObjectNode arguments) {
    ObjectNode reply = serve(true, "NBD server already running");
    if (reply.has("return")) {
      qemu.fdsets().take(arguments.path("addr").path("data").path("str").asText());
    }
    return reply;
  }

  private synchronized ObjectNode serve(boolean wanted, String alreadySo) {
    if (isServing == wanted) {
      return FakeQemu.refusal("GenericError", alreadySo);
    }
    isServing = wanted;
    close();
    if (wanted) {
      listen();
    }
    ObjectNode reply = Json.object();
    reply.putObject("return");
    return reply;
  }

  /** Somebody starts its NBD server, which listens elsewhere. */
  public synchronized void serveElsewhere() {
    isServing = true;
  }

  /** Somebody has left its NBD socket in it, where nobody serves; {@code closefd} closes it. */
  public synchronized void leaveSocket() {
    listen();
    qemu.answer(
        "closefd",
        arguments -> {
          close();
          return Json.object();
        });
  }

  private void listen() {
    try {
      Files.deleteIfExists(nbdSocket);
      ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server = Optional.of(listening.bind(UnixDomainSocketAddress.of(nbdSocket)));
    } catch (IOException e) {
      throw new UncheckedIOException("The fake QEMU cannot listen", e);
    }
  }

  /** Its NBD server listens no more; the file of its socket stays. */
  synchronized void close() {
    try {
      if (server.isPresent()) {
        server.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The fake QEMU cannot end its NBD server", e);
    }
    server = Optional.empty();
  }

  private synchronized JsonNode addExport(ObjectNode arguments) {
    exports.put(arguments.path("id").asText(), arguments);
    return Json.object();
  }

  private JsonNode removeExport(ObjectNode arguments) {
    synchronized (this) {
      exports.remove(arguments.path("id").asText());
    }
    qemu.emit("BLOCK_EXPORT_DELETED", "{\"id\": \"" + arguments.path("id").asText() + "\"}");
    return Json.object();
  }

  private synchronized ArrayNode exports() {
    ArrayNode all = Json.array();
    exports.forEach(
        (id, export) ->
            all.addObject()
                .put("id", id)
                .put("type", "nbd")
                .put("node-name", export.path("node-name").asText())
                .put("shutting-down", false));
    return all;
  }

  /** The bitmaps of a node, each with whether writes are noted in it. */
  public synchronized Map<String, Boolean> bitmaps(String node) {
    return Map.copyOf(bitmaps.getOrDefault(node, Map.of()));
  }

  /** The ids of its jobs. */
  public synchronized Set<String> ids() {
    return Set.copyOf(jobs.keySet());
  }

  private synchronized ArrayNode nodes() {
    ArrayNode all = Json.array();
    for (String name : nodes.get()) {
      ObjectNode node = all.addObject().put("node-name", name).put("file", "").put("ro", false);
      node.put("drv", name.endsWith("-format") ? "qcow2" : "file").put("encrypted", false);
      for (String limit : List.of("bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr")) {
        node.put(limit, 0);
      }
      node.putObject("image").put("filename", "").put("format", "raw").put("virtual-size", SIZE);
      node.set("dirty-bitmaps", marks(name));
    }
    return all;
  }

  /** The bitmaps of a node, as QEMU tells them. */
  synchronized ArrayNode marks(String node) {
    ArrayNode all = Json.array();
    bitmaps
        .getOrDefault(node, Map.of())
        .forEach(
            (bitmap, recording) ->
                all.addObject()
                    .put("name", bitmap)
                    .put("count", 0)
                    .put("granularity", 65536)
                    .put("recording", recording));
    return all;
  }

  private synchronized ArrayNode jobs() {
    ArrayNode all = Json.array();
    jobs.values().forEach(job -> all.add(job.deepCopy()));
    return all;
  }

  /** As much of an image as is looked at of one. */
  private JsonNode create(ObjectNode arguments) {
    JsonNode options = arguments.path("options");
    qemu.fdsets()
        .noted(options.path("file").asText())
        .ifPresent(
            file ->
                FakeQcow2.write(
                    file, options.path("size").asLong(), options.path("backing-file").asText("")));
    synchronized (this) {
      add(arguments.path("job-id").asText(), "create", "concluded");
    }
    tell("concluded");
    return Json.object();
  }

  private ObjectNode add(String id, String type, String status) {
    ObjectNode job = Json.object().put("id", id).put("type", type).put("status", status);
    jobs.put(id, job.put("current-progress", 1).put("total-progress", 1));
    return job;
  }

  /** Somebody's job begins. */
  void begin(String id, String type, String status) {
    synchronized (this) {
      add(id, type, status);
    }
    tell(status);
  }

  /** All jobs that go on are like that now. */
  void all(String status) {
    allUnnoticed(status);
    tell(status);
  }

  /** The same, of which nobody is told. */
  synchronized void allUnnoticed(String status) {
    jobs.values().stream()
        .filter(job -> !job.path("status").asText().equals("concluded"))
        .forEach(job -> job.put("status", status));
  }

  /** A job ends without an error, if it has not ended with one. */
  void end(String id) {
    status(Json.object().put("id", id), "concluded");
  }

  private JsonNode transaction(ObjectNode arguments) {
    boolean ended = false;
    synchronized (this) {
      for (JsonNode action : arguments.path("actions")) {
        ended |= act(action.path("type").asText(), action.path("data"));
      }
    }
    if (ended) {
      tell("concluded");
    }
    return Json.object();
  }

  /** Whether a job has ended by it. */
  private boolean act(String type, JsonNode data) {
    Map<String, Boolean> ofNode =
        bitmaps.computeIfAbsent(data.path("node").asText(), none -> new TreeMap<>());
    String name = data.path("name").asText();
    switch (type) {
      case "block-dirty-bitmap-add" -> ofNode.put(name, !data.path("disabled").asBoolean());
      case "block-dirty-bitmap-enable" -> ofNode.put(name, true);
      case "block-dirty-bitmap-disable" -> ofNode.put(name, false);
      case "block-dirty-bitmap-remove" -> ofNode.remove(name);
      case "blockdev-backup" -> {
        ObjectNode job =
            add(data.path("job-id").asText(), "backup", goesOn(data) ? "running" : "concluded");
        failure.ifPresent(error -> job.put("error", error));
        return !goesOn(data);
      }
      default -> {} // merging: nothing is in them
    }
    return false;
  }

  private boolean goesOn(JsonNode backup) {
    return slow || backup.path("sync").asText().equals("none");
  }

  private JsonNode status(ObjectNode arguments, String status) {
    synchronized (this) {
      ObjectNode job = jobs.get(arguments.path("id").asText());
      if (job != null && !job.path("status").asText().equals("concluded")) {
        job.put("status", status);
      }
    }
    tell(status);
    return Json.object();
  }

  private synchronized JsonNode dismiss(ObjectNode arguments) {
    jobs.remove(arguments.path("id").asText());
    return Json.object();
  }

  private synchronized ObjectNode removeBitmap(ObjectNode arguments) {
    Map<String, Boolean> ofNode =
        bitmaps.getOrDefault(arguments.path("node").asText(), new TreeMap<>());
    if (ofNode.remove(arguments.path("name").asText()) == null) {
      return FakeQemu.refusal("GenericError", "Dirty bitmap not found");
    }
    ObjectNode reply = Json.object();
    reply.putObject("return");
    return reply;
  }

  private void tell(String status) {
    qemu.emit("JOB_STATUS_CHANGE", "{\"id\": \"\", \"status\": \"" + status + "\"}");
  }
}
