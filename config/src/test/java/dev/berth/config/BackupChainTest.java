package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.BackupName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.RestoreTarget;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest writes to two disks all the time. They are backed up again and again, while the host's
 * process and QEMU are killed. Every backup that is complete is restored, and is what was on the
 * disks at its moment, to the byte; of the others nothing is left.
 */
@Timeout(1800)
final class BackupChainTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final List<String> DISKS = List.of("vda", "vdb");
  private static final String WRITES = "writer /dev/%s 128";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SEED = 20_261_127;
  private static final int MOST_WRITES = 60;

  /** Slow enough for something to happen meanwhile. */
  private static final Pace PACE = new Pace(2 << 20, Compression.NONE);

  private final Random random = new Random(SEED);
  private final List<String> complete = new ArrayList<>();
  private Path backups;
  private Path truth;
  private DaemonProcess daemon;
  private VmHost host;

  /** What happens while a backup is written. */
  private enum Fault {
    NOTHING,
    HOST_KILLED,
    QEMU_KILLED
  }

  @Tag("once")
  @Test
  void aChainOutlivesItsHostAndEachOfItsPointsIsRestored() throws Exception {
    walk(List.of(Fault.NOTHING, Fault.HOST_KILLED));
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionsChainOutlivesKills(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    walk(List.of(Fault.NOTHING, Fault.HOST_KILLED, Fault.QEMU_KILLED, Fault.NOTHING));
  }

  @Tag("full")
  @Test
  void aFullBackupAndFiveMoreUnderRandomKillsAreEachRestored() throws Exception {
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      faults.addAll(List.of(Fault.values()));
    }
    Collections.shuffle(faults, random);
    walk(faults);
  }

  private void walk(List<Fault> faults) throws Exception {
    backups = Files.createDirectory(directory.resolve("backups"));
    truth = Files.createDirectory(directory.resolve("truth"));
    for (String disk : DISKS) {
      run("qemu-img", "create", "-q", "-f", "qcow2", image(disk), "16M");
    }
    try {
      serve();
      define();
      boot();
      for (int point = 0; point < faults.size(); point++) {
        backUp("point-" + point, faults.get(point));
      }
      host.destroy(VM, PATIENCE, CallOptions.none());
      int certain = (int) faults.stream().filter(fault -> fault != Fault.QEMU_KILLED).count();
      assertThat(complete).hasSizeBetween(certain, faults.size());
      for (String name : complete) {
        assertRestores(name);
      }
      goesOnWithWhatIsRestored(complete.get(complete.size() - 1));
      host.destroy(VM, PATIENCE, CallOptions.none());
    } finally {
      host.close(Duration.ZERO);
      daemon.close();
    }
    for (String disk : DISKS) {
      run("qemu-img", "check", "-q", "-f", "qcow2", image(disk));
    }
  }

  // ---- the host and the guest

  private void serve() throws Exception {
    daemon = DaemonProcess.start(directory);
    daemon.awaitServing();
    host = VmHost.connect(URI.create("unix:" + directory.resolve("control.sock")));
  }

  private void define() {
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n"
            + "- {name: vda, file: vda.qcow2, format: qcow2}\n"
            + "- {name: vdb, file: vdb.qcow2, format: qcow2}",
        TestGuest.running(WRITES.formatted("vda"), WRITES.formatted("vdb")));
  }

  private void boot() {
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    writesGoOn();
  }

  /** The writers have got on, by more or less. */
  private void writesGoOn() {
    ConsoleLog console = ConsoleLog.of(host, VM);
    int wanted = written(console.text()) + 1 + random.nextInt(MOST_WRITES);
    console.await(text -> written(text) >= wanted, "what the guest writes", PATIENCE);
  }

  private static int written(String console) {
    return (int) console.lines().filter(line -> line.startsWith("WROTE ")).count();
  }

  // ---- a point in time

  private void backUp(String name, Fault fault) throws Exception {
    host.pause(VM, CallOptions.none());
    for (String disk : DISKS) {
      keep(name, disk);
    }
    Job job =
        host.backups().create(VM, request(name), JobOptions.none(), CallOptions.within(PATIENCE));
    awaitBegun(job);
    host.resume(VM, CallOptions.none());
    writesGoOn();
    happen(fault);
    Job ended = host.awaitJob(job.id(), PATIENCE);
    if (ended.status().state() == JobState.SUCCEEDED) {
      complete.add(name);
    } else {
      assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("machine-ended");
      assertThat(fault).isEqualTo(Fault.QEMU_KILLED);
    }
    assertThat(backups.toFile().list()).containsExactlyInAnyOrderElementsOf(complete);
    if (fault == Fault.QEMU_KILLED) {
      boot();
    }
  }

  private BackupRequest request(String name) {
    return new BackupRequest(
        new BackupName(name),
        backups,
        Set.of(),
        Wanted.incremental(),
        PACE,
        BackupRequest.Quiesce.NONE);
  }

  private void awaitBegun(Job job) {
    eventually(
        () ->
            assertThat(host.job(job.id()).status())
                .matches(
                    status ->
                        status.state() != JobState.RUNNING || !status.phase().equals("preparing")));
  }

  /** What is on a disk of the guest, which stands. */
  private void keep(String name, String disk) throws Exception {
    String flush = "qemu-io -d /machine/peripheral/disk-" + disk + "/virtio-backend \"flush\"";
    host.qmp(
        VM,
        QmpRequest.of("human-monitor-command", Json.text(Json.object().put("command-line", flush))),
        CallOptions.within(PATIENCE));
    run(
        "qemu-img",
        "convert",
        "-U",
        "-f",
        "qcow2",
        "-O",
        "raw",
        image(disk),
        truth.resolve(name + "." + disk).toString());
  }

  private void happen(Fault fault) throws Exception {
    switch (fault) {
      case NOTHING -> {}
      case HOST_KILLED -> {
        daemon.kill();
        host.close(Duration.ZERO);
        serve();
        host.await(VM, Set.of(DomainState.RUNNING), PATIENCE);
      }
      case QEMU_KILLED -> {
        DomainSnapshot domain = host.domain(VM);
        QemuOf.machine(directory, domain).kill();
        host.await(VM, TestHome.OFF, PATIENCE);
      }
    }
  }

  // ---- what becomes of it

  private void assertRestores(String name) throws Exception {
    ended(host.backups().verify(backups, new BackupName(name), JobOptions.none(), patient()));
    Path vda = directory.resolve(name + ".vda");
    Path vdb = directory.resolve(name + ".vdb");
    RestoreTarget target =
        new RestoreTarget.NewFiles(Map.of("vda", vda, "vdb", vdb), ImageFormat.RAW);
    ended(
        host.backups()
            .restore(
                new BackupRestoreRequest(backups, new BackupName(name), target),
                JobOptions.none(),
                patient()));
    assertThat(Files.mismatch(vda, truth.resolve(name + ".vda"))).as(name).isEqualTo(-1);
    assertThat(Files.mismatch(vdb, truth.resolve(name + ".vdb"))).as(name).isEqualTo(-1);
  }

  private void goesOnWithWhatIsRestored(String name) throws Exception {
    ended(
        host.backups()
            .restore(
                new BackupRestoreRequest(
                    backups, new BackupName(name), new RestoreTarget.ImagesOf(VM, Set.of())),
                JobOptions.none(),
                patient()));
    for (String disk : DISKS) {
      run(
          "qemu-img",
          "compare",
          "-q",
          "-f",
          "qcow2",
          "-F",
          "raw",
          image(disk),
          truth.resolve(name + "." + disk).toString());
    }
    boot();
  }

  private static CallOptions patient() {
    return CallOptions.within(PATIENCE);
  }

  private void ended(Job job) {
    Job ended = host.awaitJob(job.id(), PATIENCE);
    assertThat(ended.status().state()).as(ended.toString()).isEqualTo(JobState.SUCCEEDED);
  }

  private String image(String disk) {
    return directory.resolve(disk + ".qcow2").toString();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }
}
