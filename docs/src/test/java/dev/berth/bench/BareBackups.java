package dev.berth.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A QEMU with one disk and no guest, and what a script would send it to back that up: no store, no
 * checksum, no check, images by path. Not thread-safe.
 */
final class BareBackups implements AutoCloseable {
  private static final String DISK = "vda";
  private static final String BITMAP = "since";

  private final Process qemu;
  private final BareMonitor monitor;
  private final long diskBytes;
  private final Path directory;

  private BareBackups(Process qemu, BareMonitor monitor, long diskBytes, Path directory) {
    this.qemu = qemu;
    this.monitor = monitor;
    this.diskBytes = diskBytes;
    this.directory = directory;
  }

  /**
   * Starts it.
   *
   * @param directory for its socket and its backups; made
   */
  static BareBackups of(String binary, Path image, long diskBytes, Path directory)
      throws IOException, InterruptedException {
    Files.createDirectory(directory);
    Path socket = directory.resolve("qmp");
    String disk =
        Json.text(
            Json.object()
                .put("driver", "qcow2")
                .put("node-name", DISK)
                .<ObjectNode>set(
                    "file", Json.object().put("driver", "file").put("filename", image.toString())));
    Process qemu =
        new ProcessBuilder(
                binary,
                "-S",
                "-nodefaults",
                "-no-user-config",
                "-machine",
                "none",
                "-display",
                "none",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off",
                "-blockdev",
                disk)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    BareMonitor monitor = BareMonitor.connect(socket, qemu::isAlive);
    return new BareBackups(qemu, monitor, diskBytes, directory);
  }

  Path fullImage() {
    return directory.resolve("full.qcow2");
  }

  Path changedImage() {
    return directory.resolve("next.qcow2");
  }

  /** Writes to the disk. */
  void write(String write) throws IOException {
    String command = "qemu-io " + DISK + " \"" + write + "\"";
    execute("human-monitor-command", Json.object().put("command-line", command));
  }

  /** Backs up all of the disk, and has what is written from then on noted. */
  double fullMillis() throws IOException {
    Stopwatch time = Stopwatch.start();
    prepare(fullImage(), Json.object());
    ArrayNode actions = Json.array();
    action(
        actions,
        "block-dirty-bitmap-add",
        Json.object().put("node", DISK).put("name", BITMAP).put("persistent", true));
    action(actions, "blockdev-backup", backup("full"));
    complete(actions);
    return time.millis();
  }

  /** Backs up what was written since {@link #fullMillis}. */
  double changedMillis() throws IOException {
    Stopwatch time = Stopwatch.start();
    prepare(
        changedImage(),
        Json.object()
            .put("backing-file", fullImage().getFileName().toString())
            .put("backing-fmt", "qcow2"));
    ArrayNode actions = Json.array();
    action(actions, "blockdev-backup", backup("incremental").put("bitmap", BITMAP));
    complete(actions);
    return time.millis();
  }

  /** Has the changed image looked at, and reads it for its checksum. */
  double proofMillis() throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    Tool.run("qemu-img", "check", "-q", "-f", "qcow2", changedImage().toString());
    digest(changedImage());
    return time.millis();
  }

  private static void digest(Path image) throws IOException {
    byte[] buffer = new byte[256 * 1024];
    try (InputStream in = Files.newInputStream(image)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static ObjectNode backup(String sync) {
    return Json.object()
        .put("job-id", "backup")
        .put("device", DISK)
        .put("target", "image")
        .put("sync", sync);
  }

  private static void action(ArrayNode actions, String type, ObjectNode data) {
    actions.addObject().put("type", type).set("data", data);
  }

  private void prepare(Path image, ObjectNode header) throws IOException {
    Files.createFile(image);
    execute(
        "blockdev-add",
        Json.object()
            .put("driver", "file")
            .put("node-name", "file")
            .put("filename", image.toString()));
    ObjectNode options = header.put("driver", "qcow2").put("file", "file").put("size", diskBytes);
    execute(
        "blockdev-create",
        Json.object().put("job-id", "create").<ObjectNode>set("options", options));
    dismissCreation();
    execute(
        "blockdev-add",
        Json.object()
            .put("driver", "qcow2")
            .put("node-name", "image")
            .put("file", "file")
            .putNull("backing"));
  }

  /** Its status tells nothing but that it has changed; a job can be dismissed once it is over. */
  private void dismissCreation() throws IOException {
    while (true) {
      monitor.await("JOB_STATUS_CHANGE");
      try {
        execute("job-dismiss", Json.object().put("id", "create"));
        return;
      } catch (IOException notOver) {
        continue;
      }
    }
  }

  private void complete(ArrayNode actions) throws IOException {
    execute("transaction", Json.object().<ObjectNode>set("actions", actions));
    monitor.await("BLOCK_JOB_COMPLETED");
    execute("blockdev-del", Json.object().put("node-name", "image"));
    execute("blockdev-del", Json.object().put("node-name", "file"));
  }

  private void execute(String command, ObjectNode arguments) throws IOException {
    monitor.execute(Json.text(Json.object().put("execute", command).set("arguments", arguments)));
  }

  /** Makes it as before the first backup. */
  void clear() throws IOException {
    execute("block-dirty-bitmap-remove", Json.object().put("node", DISK).put("name", BITMAP));
    Files.delete(fullImage());
    Files.delete(changedImage());
  }

  /** Empties a directory. */
  static void clear(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(directory)) {
          Files.delete(path);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    monitor.close();
    qemu.destroy();
    try {
      qemu.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
