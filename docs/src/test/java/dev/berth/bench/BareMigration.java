package dev.berth.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine of a launch record, and its migrations from one QEMU to the next as a script would
 * have them: nothing on record, and nobody asks whether the next one has everything before the last
 * one ends. Its disk is {@code vda}. Not thread-safe.
 */
final class BareMigration implements AutoCloseable {
  private static final String NODE = "vda-format";
  private static final String MIRROR = "mirror";
  private static final String CLIENT = "client";

  private final LaunchRecord launch;
  private final Path image;
  private final Duration downtime;
  private final Path directory;
  private int made;
  private Qemu now;

  /** One QEMU with its monitor, and the image of its disk. */
  private record Qemu(Process process, BareMonitor monitor, Path directory, Path image) {
    void end() throws IOException, InterruptedException {
      monitor.close();
      process.destroy();
      process.waitFor();
    }
  }

  /**
   * How long it took.
   *
   * @param total from before the start of the QEMU that takes it in until the other has ended
   * @param downtime from when the guest stood until it went on, by QEMU's own events
   */
  record Times(double total, double downtime) {}

  /**
   * Starts the machine of that record, whose guest runs.
   *
   * @param image of its disk
   * @param downtime for how long its guest may stand
   */
  BareMigration(LaunchRecord launch, Path image, Duration downtime, Path directory)
      throws IOException, InterruptedException {
    this.launch = launch;
    this.image = image;
    this.downtime = downtime;
    this.directory = Files.createDirectory(directory);
    this.now = start(image, List.of());
    now.monitor().execute("{\"execute\":\"cont\"}");
  }

  private Qemu start(Path disk, List<String> more) throws IOException, InterruptedException {
    Path files = Files.createDirectory(directory.resolve("" + made++));
    String before = launch.files().runDirectory().toString();
    List<String> argv = new ArrayList<>();
    for (String word : BareMachine.fromCommandLine(launch).argv()) {
      argv.add(
          word.replace(before, files.toString())
              .replace(image.toString(), disk.toString())
              .replace(launch.files().consoleLog().toString(), files.resolve("log").toString()));
    }
    argv.addAll(more);
    Process process =
        new ProcessBuilder(argv)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    Path socket = files.resolve(launch.files().qmpSocket().getFileName());
    return new Qemu(process, BareMonitor.connect(socket, process::isAlive), files, disk);
  }

  /** Migrates it once, to a QEMU with the same image. */
  Times migrate() throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    Qemu next = start(now.image(), List.of("-incoming", "defer"));
    begin(next, List.of("events"));
    return end(next, List.of(), time);
  }

  /** Migrates it once with its image, which is removed where it was. */
  Times migrateWithImage() throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    Path copy = directory.resolve("disk-" + made);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.setLength(Files.size(now.image()));
    }
    Qemu next = start(copy, List.of("-incoming", "defer"));
    mirror(serve(next));
    begin(next, List.of("events", "pause-before-switchover"));
    now.monitor().await("MIGRATION pre-switchover");
    execute(now, "block-job-cancel", Json.object().put("device", MIRROR));
    now.monitor().await("BLOCK_JOB_COMPLETED");
    execute(now, "blockdev-del", Json.object().put("node-name", CLIENT));
    execute(now, "migrate-continue", Json.object().put("state", "pre-switchover"));
    Path before = now.image();
    Times times = end(next, List.of("nbd-server-stop"), time);
    Files.delete(before);
    return times;
  }

  /** Has the image served; returns by which socket. */
  private static Path serve(Qemu next) throws IOException {
    Path socket = next.directory().resolve("nbd");
    ObjectNode server = Json.object();
    server.putObject("addr").put("type", "unix").putObject("data").put("path", socket.toString());
    execute(next, "nbd-server-start", server);
    execute(
        next,
        "block-export-add",
        Json.object()
            .put("type", "nbd")
            .put("id", "export")
            .put("node-name", NODE)
            .put("writable", true));
    return socket;
  }

  /** Copies the image there; returns when all is copied but what the guest writes. */
  private void mirror(Path socket) throws IOException {
    ObjectNode client = Json.object().put("driver", "nbd").put("node-name", CLIENT);
    client.put("export", NODE).put("discard", "unmap");
    client.putObject("server").put("type", "unix").put("path", socket.toString());
    execute(now, "blockdev-add", client);
    execute(
        now,
        "blockdev-mirror",
        Json.object()
            .put("job-id", MIRROR)
            .put("device", NODE)
            .put("target", CLIENT)
            .put("sync", "full"));
    now.monitor().await("BLOCK_JOB_READY");
  }

  private void begin(Qemu next, List<String> capabilities) throws IOException {
    Path stream = next.directory().resolve("stream");
    set(next, List.of("events"));
    set(now, capabilities);
    execute(next, "migrate-incoming", Json.object().put("uri", "unix:" + stream));
    execute(
        now,
        "migrate-set-parameters",
        Json.object()
            .put("max-bandwidth", Long.MAX_VALUE >> 20 << 20)
            .put("downtime-limit", downtime.toMillis()));
    execute(now, "migrate", Json.object().put("uri", "unix:" + stream));
  }

  /**
   * Has the guest go on.
   *
   * @param before what its QEMU is told before
   */
  private Times end(Qemu next, List<String> before, Stopwatch time)
      throws IOException, InterruptedException {
    long stood = now.monitor().await("STOP");
    now.monitor().await("MIGRATION completed");
    next.monitor().await("MIGRATION completed");
    for (String command : before) {
      execute(next, command, Json.object());
    }
    next.monitor().execute("{\"execute\":\"cont\"}");
    long wentOn = next.monitor().await("RESUME");
    now.end();
    now = next;
    return new Times(time.millis(), (wentOn - stood) / 1000.0);
  }

  private static void set(Qemu qemu, List<String> capabilities) throws IOException {
    ObjectNode arguments = Json.object();
    ArrayNode list = arguments.putArray("capabilities");
    capabilities.forEach(name -> list.addObject().put("capability", name).put("state", true));
    execute(qemu, "migrate-set-capabilities", arguments);
  }

  private static void execute(Qemu qemu, String command, ObjectNode arguments) throws IOException {
    qemu.monitor()
        .execute(Json.text(Json.object().put("execute", command).set("arguments", arguments)));
  }

  @Override
  public void close() throws IOException {
    try {
      now.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
