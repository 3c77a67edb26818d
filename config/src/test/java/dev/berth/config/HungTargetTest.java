package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.HoldingStore.Point;
import dev.berth.domain.DomainState;
import dev.berth.host.Console;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.testing.TestGuest;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Images that are copied to a QEMU which hangs: that holds up neither the guest nor the QEMU that
 * copies them, and the machine can be moved afterwards. The source is a daemon in a process of its
 * own, which stops its jobs where it is told to.
 */
@Tag("full")
@Timeout(900)
final class HungTargetTest extends TwoHomesFixture {
  private static final Point ABOUT_TO_COPY = new Point("migration", "copying-storage");
  private static final Point ABOUT_TO_SEND = new Point("migration", "transferring");
  private static final Point AT_THE_SWITCH = new Point("migration", "switching");
  private static final int BLOCKS = 32;

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 2 << 20;

  private static final long FAST = 1 << 30;

  /** For a guest, however much else the machine has to do. */
  private static final Duration BOOTS = Duration.ofMinutes(5);

  private DaemonProcess daemon;
  private VmHost source;
  private VmHost target;
  private Path there;

  @BeforeEach
  void aGuestThatWrites() throws Exception {
    there = Files.createDirectory(directory.resolve("there"));
    try (RandomAccessFile image =
        new RandomAccessFile(directory.resolve("vda.raw").toFile(), "rw")) {
      image.setLength(16 << 20);
    }
    daemon = DaemonProcess.start(HeldDaemon.class, directory);
    daemon.awaitServing();
    source = VmHost.connect(URI.create("unix:" + home.settings().layout().controlSocket()));
    target = openOther();
    home.defineGuestWith(
        source,
        "vm",
        "memory: 128MiB\ndisks:\n- {name: vda, file: vda.raw, format: raw}",
        TestGuest.running("heartbeat", "writer /dev/vda " + BLOCKS));
    source.start(VM, StartMode.RUNNING, PATIENT);
    writes(2);
  }

  @AfterEach
  void end() {
    QemuOf.thawAll(directory);
    source.close();
    target.close();
    daemon.close();
  }

  @Test
  void whatIsCancelledIsOverAtOnceWhateverTheTargetDoes() throws Exception {
    Job copied = copying(request(SLOW));
    freeze();
    assertIsCancelled(copied);

    assertIsCancelled(hungAt(ABOUT_TO_SEND));
    assertIsCancelled(hungAt(AT_THE_SWITCH));

    assertCanBeMoved();
  }

  @Test
  void whatWaitsForTheTargetIsOverByItself() throws Exception {
    assertIsOver(hungAt(ABOUT_TO_COPY), "refused-by-qemu", "");

    MigrationLimit limit = new MigrationLimit(Duration.ofSeconds(15), AtLimit.CANCEL);
    Job copied = copying(request(SLOW).within(limit));
    freeze();
    assertIsOver(copied, "not-in-time", "it was not at its switch within 15 s");

    assertIsOver(
        hungAt(AT_THE_SWITCH),
        "transfer-failed",
        "has not taken what the guest has written last within 60 s");

    assertCanBeMoved();
  }

  /** A disk that is reset waits for all that is on its way from it, with all else. */
  @Test
  void aQemuThatWaitsForTheTargetInItsMainLoopIsFreed() throws Exception {
    Job job = copying(request(SLOW));
    freeze();
    try (Console typing = source.console(VM)) {
      typing.output().write("reboot\n".getBytes(StandardCharsets.US_ASCII));

      assertIsOver(job, "transfer-failed", "QEMU has answered nothing for 30 s");
    }
    assertCanBeMoved();
  }

  // ---- short ways

  private MigrationRequest request(long speed) {
    return new MigrationRequest(
            other,
            Optional.of(speed),
            Optional.of(Duration.ofSeconds(5)), // the guest writes as fast as that
            Convergence.LEFT_TO_GUEST)
        .with(StorageCopy.into(there));
  }

  private Job move(MigrationRequest request) {
    return source.migrations().migrate(VM, request, JobOptions.none(), PATIENT);
  }

  /** One whose image is copied for some time. */
  private Job copying(MigrationRequest request) {
    Job job = move(request);
    eventually(
        () -> {
          Job now = source.job(job.id());
          assertThat(now.status().phase()).as("%s", now).isEqualTo("copying-storage");
          assertThat(now.status().progress()).isPresent();
        });
    return job;
  }

  /** One whose target hangs as it gets there. */
  private Job hungAt(Point point) throws Exception {
    daemon.tell(HeldDaemon.HOLD + point);
    Job job = move(request(FAST));
    daemon.awaitSaid(HeldDaemon.HELD + point);
    freeze();
    daemon.tell(HeldDaemon.RELEASE);
    return job;
  }

  private void freeze() {
    QemuOf.machine(otherDirectory, target.domain(VM)).freeze();
  }

  private void assertIsCancelled(Job job) {
    source.cancelJob(job.id());

    Job ended = ended(source, job);
    assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.CANCELLED);
    assertStays();
  }

  private void assertIsOver(Job job, String code, String why) {
    Job ended = ended(source, job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo(code);
    assertThat(ended.status().detail()).contains(why);
    assertStays();
  }

  private void assertStays() {
    source.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
    eventually(() -> assertThat(target.list()).isEmpty());
    eventually(() -> assertThat(QemuOf.pids(directory)).hasSize(1));
    assertThat(there).isEmptyDirectory();
    writes(WrittenBlocks.count(ConsoleLog.of(source, VM).text()) + 2);
  }

  private void assertCanBeMoved() {
    Job moved = ended(source, move(request(FAST)));
    assertThat(moved.status().phase()).as("%s", moved).isEqualTo("complete");
    target.destroy(VM, TestHome.GRACE, PATIENT);
  }

  private void writes(int blocks) {
    ConsoleLog.of(source, VM).await(text -> WrittenBlocks.count(text) > blocks, "writes", BOOTS);
  }
}
