package dev.berth.engine.qemu;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockDirtyBitmapAdd;
import dev.berth.qapi.block.BlockdevBackup;
import dev.berth.qapi.job.JobDismiss;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What real QEMUs tell of their nodes while a backup is over and not dismissed. */
@Tag("full")
@ExtendWith(LeakCheck.class)
final class BlockNodesTest {
  private static final Deadline DEADLINE = Deadline.of(Duration.ofMinutes(5));
  private static final String DISK =
      "{\"driver\":\"raw\",\"node-name\":\"%1$s\",\"file\":{\"driver\":\"file\",\"filename\":\"%1$s\"}}";

  @TempDir Path directory;
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);
  private Process qemu;
  private QmpConnection qmp;

  @AfterEach
  void end() throws InterruptedException {
    loop.close();
    callbacks.shutdown();
    qemu.destroyForcibly();
    qemu.waitFor();
  }

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void aBackupThatIsOverAndNotDismissedKillsNobodyWhoIsAsked(TestQemu version) throws Exception {
    start(version);
    BlockNodes nodes = new BlockNodes(qmp);
    qmp.execute(BlockDirtyBitmapAdd.builder("disk", "mark").build(), DEADLINE);
    ObjectNode backup =
        Json.object().put("job-id", "job").put("device", "disk").put("target", "copy");
    qmp.execute(
        BlockdevBackup.read(backup.put("sync", "full").put("auto-dismiss", false)), DEADLINE);
    eventually(
        () ->
            assertThat(qmp.execute(new QueryJobs(), DEADLINE))
                .extracting(JobInfo::status)
                .containsExactly(JobStatus.CONCLUDED));

    assertThat(nodes.names()).contains("disk", "copy");
    assertThat(nodes.hasBitmap("disk", "mark")).isTrue();
    assertThat(nodes.hasBitmap("disk", "other")).isFalse();
    boolean told = nodes.all().toCompletableFuture().get().isPresent();
    assertThat(told).isEqualTo(!qmp.greeting().isBefore(7, 2));

    qmp.execute(new JobDismiss("job"), DEADLINE);
    assertThat(nodes.names()).contains("disk", "copy");
    assertThat(nodes.hasBitmap("disk", "mark")).isTrue();
    assertThat(nodes.all().toCompletableFuture().get()).isPresent();
  }

  private void start(TestQemu version) throws Exception {
    for (String disk : new String[] {"disk", "copy"}) {
      try (var file = new RandomAccessFile(directory.resolve(disk).toFile(), "rw")) {
        file.setLength(1 << 20);
      }
    }
    qemu = process(version);
    qmp =
        loop.connect(directory.resolve("qmp"), Duration.ofMinutes(5), qemu.onExit(), event -> {})
            .get();
  }

  private Process process(TestQemu version) throws IOException {
    return new ProcessBuilder(
            version.emulator().toString(),
            "-S",
            "-nodefaults",
            "-M",
            "q35,accel=tcg",
            "-display",
            "none",
            "-qmp",
            "unix:qmp,server=on,wait=off",
            "-blockdev",
            DISK.formatted("disk"),
            "-device",
            "virtio-blk-pci,drive=disk",
            "-blockdev",
            DISK.formatted("copy"))
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("stderr").toFile())
        .start();
  }
}
