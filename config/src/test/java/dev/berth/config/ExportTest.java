package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.backup.BackupName;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.Extent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.host.BackupRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Disks of real machines that are served, with {@code qemu-img} as the client. What is written to
 * them is written to images beside as well, with which what was copied is compared byte for byte.
 */
@Tag("once")
@Timeout(300)
final class ExportTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  @TempDir private Path scratch;
  @TempDir private Path truth;
  private final Map<String, Integer> writes = new TreeMap<>();

  @BeforeEach
  void images() throws Exception {
    for (String disk : List.of("vda", "vdb")) {
      run("qemu-img", "create", "-q", "-f", "qcow2", directory.resolve(disk).toString(), "8M");
      run("qemu-img", "create", "-q", "-f", "raw", now(disk).toString(), "8M");
    }
  }

  @Test
  void whatIsCopiedIsWhatWasThereAtTheMoment() throws Exception {
    chainOfExports();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionServesWhatWasThere(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    chainOfExports();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionSparesItsGuestWhenTheScratchDiskIsFull(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    aFullScratchDisk();
  }

  private void chainOfExports() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      List<String> before = parts(host);
      write(host, "vda", 1);
      write(host, "vdb", 2);
      PullBackup full = serving(host, ExportRequest.full(scratch));
      assertThat(full.disks()).extracting(ExportedDisk::extent).containsOnly(Extent.FULL);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(full.socket())))
          .isEqualTo("rw-------");
      keep("full");
      write(host, "vda", 3);
      write(host, "vdb", "write -P 99 0 4M");
      copy(full, "full");
      finish(host, full);
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
      assertThat(query(host, "query-block-exports", "{}")).isEmpty();
      assertThat(scratch).isEmptyDirectory();

      write(host, "vda", 4);
      PullBackup next = serving(host, ExportRequest.since(full.job(), scratch));
      assertThat(next.disks()).extracting(ExportedDisk::extent).containsOnly(Extent.INCREMENTAL);
      keep("next");
      write(host, "vda", 5);
      copy(next, "next");
      for (ExportedDisk disk : next.disks()) {
        List<DiskExtent> changed = changed(host, next, disk.disk());
        assertThat(changed).isEqualTo(changedByQemuImg(next, disk));
        assertIncrementalIsEnough("full", "next", disk.disk(), changed);
      }
      finish(host, next);
      PullBackup older = serving(host, ExportRequest.since(full.job(), scratch));
      keep("older");
      assertIncrementalIsEnough("full", "older", "vda", changed(host, older, "vda"));
      finish(host, older);
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
    }
    assertSourcesAreWhole();
  }

  @Test
  void pushAndPullBackupsAreOfOneChain() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      BackupRequest push = BackupRequest.to(truth, new BackupName("pushed"));
      Job pushed = host.backups().create(VM, push, JobOptions.none(), CallOptions.none());
      assertThat(ended(host, pushed).status().phase()).isEqualTo("complete");
      keep("pushed");
      write(host, "vda", 1);

      PullBackup pulled = serving(host, ExportRequest.since(pushed.id(), scratch));
      keep("pulled");
      assertIncrementalIsEnough("pushed", "pulled", "vda", changed(host, pulled, "vda"));
      assertThat(changed(host, pulled, "vdb")).isEmpty();
      assertThatThrownBy(
              () ->
                  host.backups()
                      .create(
                          VM,
                          BackupRequest.to(truth, new BackupName("next")),
                          JobOptions.none(),
                          CallOptions.none()))
          .isInstanceOf(BusyException.class);
      finish(host, pulled);
      write(host, "vdb", 2);
      Job next =
          host.backups()
              .create(
                  VM,
                  BackupRequest.to(truth, new BackupName("next")),
                  JobOptions.none(),
                  CallOptions.none());
      assertThat(ended(host, next).status().detail()).isEmpty();
      run(
          "qemu-img",
          "compare",
          "-q",
          truth.resolve("next/vda.qcow2").toString(),
          now("vda").toString());
    }
  }

  @Test
  void whatIsCancelledLosesNoNote() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      PullBackup first = serving(host, ExportRequest.full(scratch));
      keep("first");
      finish(host, first);
      write(host, "vda", 1);
      PullBackup cancelled = serving(host, ExportRequest.since(first.job(), scratch));
      write(host, "vda", 2);

      host.cancelJob(cancelled.job());

      assertThat(ended(host, cancelled.job()).status().state()).isEqualTo(JobState.CANCELLED);
      assertThat(scratch).isEmptyDirectory();
      write(host, "vdb", 3);
      PullBackup next = serving(host, ExportRequest.since(first.job(), scratch));
      keep("next");
      for (String disk : List.of("vda", "vdb")) {
        assertIncrementalIsEnough("first", "next", disk, changed(host, next, disk));
      }
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      assertThat(ended(host, next.job()).status().phase()).isEqualTo("machine-ended");
      assertThat(scratch).isEmptyDirectory();
    }
  }

  @Test
  void itIsServedWithoutAHostAndFoundByTheNext() throws Exception {
    PullBackup served;
    try (VmHost host = home.open()) {
      start(host);
      write(host, "vda", 1);
      served = serving(host, ExportRequest.full(scratch));
      keep("served");
      write(host, "vda", 2);
    }
    copy(served, "served");
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      assertThat(host.backups().exported(served.job(), CallOptions.none())).isEqualTo(served);
      write(host, "vda", 3);
      try (SocketChannel hanging = SocketChannel.open(address(served))) { // says nothing
        hanging.read(ByteBuffer.allocate(8));
        copy(served, "served");
        finish(host, served);
      }
    }
    assertSourcesAreWhole();
  }

  @Test
  void oneThatNobodyEndsEndsByItselfAlsoWithTheNextHost() throws Exception {
    ExportRequest request =
        new ExportRequest(Set.of(), Optional.empty(), scratch, Optional.of(Duration.ofSeconds(10)));
    PullBackup served;
    try (VmHost host = home.open()) {
      start(host);
      served = serving(host, request);
      assertThat(served.until()).isPresent();
    }
    Instant without = Instant.now();
    try (VmHost host = home.open()) {
      Job ended = ended(host, served.job());
      assertThat(ended.status().phase()).isEqualTo("deadline-passed");
      assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
      assertThat(ended.status().endedAt().orElseThrow()).isAfter(without);
      assertThat(scratch).isEmptyDirectory();
    }
  }

  @Test
  void aFullScratchDiskCostsTheExportAndNotTheGuest() throws Exception {
    aFullScratchDisk();
  }

  private void aFullScratchDisk() throws Exception {
    try (SmallDisk small = SmallDisk.mount(truth.resolve("small"));
        VmHost host = home.open()) {
      start(host);
      host.resume(VM, CallOptions.none());
      write(host, "vda", "write -P 1 0 8M");
      PullBackup served = serving(host, ExportRequest.full(small.resolve("")));

      // by the monitor: what a device does with an error is QEMU's, and shown with a guest
      query(host, "human-monitor-command", io("vda", "write -P 2 0 8M"));
      host.backups().finishExport(served.job(), CallOptions.none());

      Job ended = ended(host, served.job());
      if (ended.status().state() == JobState.FAILED) {
        assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("write-failed");
      }
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(small.resolve("")).isEmptyDirectory();
      write(host, "vda", "write -P 3 0 8M");
    }
  }

  @Test
  void aServerThatSomebodyElseStartedIsLeftAlone() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      List<String> before = parts(host);
      query(
          host,
          "nbd-server-start",
          "{\"addr\": {\"type\": \"unix\", \"data\": {\"path\": \""
              + truth.resolve("nbd")
              + "\"}}}");

      Job job = export(host, ExportRequest.full(scratch));

      assertThat(ended(host, job).status().phase()).isEqualTo("refused-by-qemu");
      assertThat(ended(host, job).status().detail()).contains("already running");
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
      assertThat(scratch).isEmptyDirectory();
      query(host, "nbd-server-stop", "{}");
    }
  }

  @Test
  void whatIsEndedInQemuByHandHasFailed() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      PullBackup served = serving(host, ExportRequest.full(scratch));

      query(host, "nbd-server-stop", "{}");

      assertThat(ended(host, served.job()).status().phase()).isEqualTo("write-failed");
      assertThat(scratch).isEmptyDirectory();
    }
  }

  // ---- the machine

  private void start(VmHost host) {
    home.define(
        host,
        "vm",
        "memory: 64MiB",
        "disks:",
        "  - {name: vda, format: qcow2, file: vda}",
        "  - {name: vdb, format: qcow2, file: vdb}");
    host.start(VM, StartMode.PAUSED, CallOptions.none());
  }

  /** Writes some of that disk, each time something else and elsewhere. */
  private void write(VmHost host, String disk, int what) throws Exception {
    int where = writes.merge(disk, 1, Integer::sum) * 192;
    write(host, disk, "write -P " + what + " " + where + "k 100k");
  }

  private void write(VmHost host, String disk, String write) throws Exception {
    assertThat(query(host, "human-monitor-command", io(disk, write)).asText()).isEmpty();
    query(host, "human-monitor-command", io(disk, "flush"));
    run("qemu-io", "-f", "raw", "-c", write, now(disk).toString());
  }

  private static String io(String disk, String command) {
    return Json.text(
        Json.object()
            .put(
                "command-line",
                "qemu-io -d /machine/peripheral/disk-"
                    + disk
                    + "/virtio-backend \""
                    + command
                    + "\""));
  }

  private static JsonNode query(VmHost host, String command, String arguments) throws IOException {
    return Json.read(
        host.qmp(VM, QmpRequest.of(command, arguments), CallOptions.within(TestHome.PATIENCE)));
  }

  /** The nodes and bitmaps that are none of a checkpoint. */
  private static List<String> parts(VmHost host) throws IOException {
    List<String> parts = new ArrayList<>();
    query(host, "query-named-block-nodes", "{}")
        .forEach(
            node -> {
              parts.add(node.path("node-name").asText());
              node.path("dirty-bitmaps").forEach(bitmap -> parts.add(bitmap.path("name").asText()));
            });
    parts.removeIf(part -> part.startsWith("berth-"));
    query(host, "query-jobs", "{}").forEach(job -> parts.add(job.path("id").asText()));
    return parts;
  }

  // ---- exports

  private static Job export(VmHost host, ExportRequest request) {
    return host.backups()
        .export(VM, request, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static PullBackup serving(VmHost host, ExportRequest request) {
    Job job = export(host, request);
    eventually(
        () ->
            assertThat(host.job(job.id()).status().phase())
                .as(host.job(job.id()).toString())
                .isEqualTo("serving"));
    return host.backups().exported(job.id(), CallOptions.none());
  }

  private static void finish(VmHost host, PullBackup served) {
    host.backups().finishExport(served.job(), CallOptions.within(TestHome.PATIENCE));
    Job ended = ended(host, served.job());
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
  }

  private static Job ended(VmHost host, Job job) {
    return ended(host, job.id());
  }

  private static Job ended(VmHost host, JobId job) {
    return host.awaitJob(job, TestHome.PATIENCE);
  }

  private static UnixDomainSocketAddress address(PullBackup served) {
    return UnixDomainSocketAddress.of(served.socket());
  }

  /** Copies all of it as a backup product does, and compares. */
  private void copy(PullBackup served, String name) throws Exception {
    for (ExportedDisk disk : served.disks()) {
      Path copy = truth.resolve("copy.raw");
      run("qemu-img", "convert", "-f", "raw", served.uri(disk).toString(), copy.toString());
      assertThat(Files.mismatch(copy, truth.resolve(name + "." + disk.disk()))).isEqualTo(-1);
    }
  }

  private static List<DiskExtent> changed(VmHost host, PullBackup served, String disk) {
    List<DiskExtent> all = new ArrayList<>();
    Optional<Long> from = Optional.of(0L);
    while (from.isPresent()) {
      DiskExtents part = host.backups().extents(served.job(), disk, from.get(), CallOptions.none());
      all.addAll(part.extents());
      from = part.next().isPresent() ? Optional.of(part.next().getAsLong()) : Optional.empty();
    }
    assertThat(all.stream().mapToLong(DiskExtent::length).sum())
        .isEqualTo(served.disk(disk).orElseThrow().size().bytes());
    return merged(all.stream().filter(DiskExtent::dirty).toList());
  }

  /** What neighbours is one, whether it reads as zeroes or not. */
  private static List<DiskExtent> merged(List<DiskExtent> extents) {
    List<DiskExtent> merged = new ArrayList<>();
    for (DiskExtent extent : extents) {
      int last = merged.size() - 1;
      boolean follows =
          last >= 0 && merged.get(last).offset() + merged.get(last).length() == extent.offset();
      if (follows) {
        long length = merged.get(last).length() + extent.length();
        merged.set(last, new DiskExtent(merged.get(last).offset(), length, true, false));
      } else {
        merged.add(new DiskExtent(extent.offset(), extent.length(), true, false));
      }
    }
    return merged;
  }

  /** What is dirty is no data there. */
  private static List<DiskExtent> changedByQemuImg(PullBackup served, ExportedDisk disk)
      throws Exception {
    String map =
        run(
            "qemu-img",
            "map",
            "--output=json",
            "--image-opts",
            "driver=nbd,server.type=unix,server.path="
                + served.socket()
                + ",export="
                + disk.disk()
                + ",x-dirty-bitmap="
                + disk.changes().orElseThrow());
    List<DiskExtent> extents = new ArrayList<>();
    for (JsonNode each : Json.read(map)) {
      if (!each.path("data").asBoolean()) {
        extents.add(
            new DiskExtent(each.path("start").asLong(), each.path("length").asLong(), true, false));
      }
    }
    return merged(extents);
  }

  /** What was then, with what is dirty laid over it, is what is now; and little more is dirty. */
  private void assertIncrementalIsEnough(
      String then, String now, String disk, List<DiskExtent> changed) throws IOException {
    byte[] image = Files.readAllBytes(truth.resolve(then + "." + disk));
    byte[] wanted = Files.readAllBytes(truth.resolve(now + "." + disk));
    for (DiskExtent extent : changed) {
      int offset = Math.toIntExact(extent.offset());
      System.arraycopy(wanted, offset, image, offset, Math.toIntExact(extent.length()));
    }
    assertThat(image).isEqualTo(wanted);
    long differing = 0;
    byte[] before = Files.readAllBytes(truth.resolve(then + "." + disk));
    for (int cluster = 0; cluster < wanted.length; cluster += 65536) {
      int end = cluster + 65536;
      differing += Arrays.equals(before, cluster, end, wanted, cluster, end) ? 0 : 65536;
    }
    assertThat(changed.stream().mapToLong(DiskExtent::length).sum()).isEqualTo(differing);
  }

  // ---- what is true

  private Path now(String disk) {
    return truth.resolve(disk + ".raw");
  }

  /** What is on the disks now is what is served under that name. */
  private void keep(String name) throws IOException {
    for (String disk : List.of("vda", "vdb")) {
      Files.copy(now(disk), truth.resolve(name + "." + disk));
    }
  }

  private void assertSourcesAreWhole() throws Exception {
    home.clear();
    for (String disk : List.of("vda", "vdb")) {
      run("qemu-img", "check", "-q", directory.resolve(disk).toString());
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
    return said;
  }
}
