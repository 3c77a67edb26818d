package dev.berth.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine of a launch record, and its migrations from one QEMU to the next as a script would
 * have them: nothing on record, and nobody asks whether the next one has everything before the last
 * one ends. Not thread-safe.
 */
final class BareMigration implements AutoCloseable {
  private final LaunchRecord launch;
  private final Path directory;
  private int made;
  private Qemu now;

  /** One QEMU with its monitor. */
  private record Qemu(Process process, BareMonitor monitor, Path directory) {
    void end() throws IOException, InterruptedException {
      monitor.close();
      process.destroy();
      process.waitFor();
    }
  }

  /**
   * How long it took.
   *
   * @param total from the start of the QEMU that takes it in until the other has ended
   * @param downtime from when the guest stood until it went on, by QEMU's own events
   */
  record Times(double total, double downtime) {}

  /** Starts the machine of that record, whose guest runs. */
  BareMigration(LaunchRecord launch, Path directory) throws IOException, InterruptedException {
    this.launch = launch;
    this.directory = Files.createDirectory(directory);
    this.now = start(List.of());
    now.monitor().execute("{\"execute\":\"cont\"}");
  }

  private Qemu start(List<String> more) throws IOException, InterruptedException {
    Path files = Files.createDirectory(directory.resolve("" + made++));
    String before = launch.files().runDirectory().toString();
    List<String> argv = new ArrayList<>();
    for (String word : BareMachine.fromCommandLine(launch).argv()) {
      argv.add(
          word.replace(before, files.toString())
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
    return new Qemu(process, BareMonitor.connect(socket, process::isAlive), files);
  }

  /** Migrates it once. */
  Times migrate() throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    Qemu next = start(List.of("-incoming", "defer"));
    Path stream = next.directory().resolve("stream");
    events(next);
    events(now);
    next.monitor().execute(command("migrate-incoming", Json.object().put("uri", "unix:" + stream)));
    now.monitor()
        .execute(
            command(
                "migrate-set-parameters",
                Json.object().put("max-bandwidth", Long.MAX_VALUE >> 20 << 20)));
    now.monitor().execute(command("migrate", Json.object().put("uri", "unix:" + stream)));
    long stood = now.monitor().await("STOP");
    now.monitor().await("MIGRATION completed");
    next.monitor().await("MIGRATION completed");
    next.monitor().execute("{\"execute\":\"cont\"}");
    long wentOn = next.monitor().await("RESUME");
    now.end();
    now = next;
    return new Times(time.millis(), (wentOn - stood) / 1000.0);
  }

  private static void events(Qemu qemu) throws IOException {
    ObjectNode arguments = Json.object();
    arguments.putArray("capabilities").addObject().put("capability", "events").put("state", true);
    qemu.monitor().execute(command("migrate-set-capabilities", arguments));
  }

  private static String command(String name, ObjectNode arguments) {
    return Json.text(Json.object().put("execute", name).set("arguments", arguments));
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
