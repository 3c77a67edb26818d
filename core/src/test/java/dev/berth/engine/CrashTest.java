package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.BackupName;
import dev.berth.backup.CheckpointName;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.StateReason;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.engine.thread.TimerThread;
import dev.berth.error.BerthException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.Shrinking;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.DeviceSetting;
import dev.berth.machine.Dimms;
import dev.berth.machine.DiskLatencies;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeBitmaps;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The host process dies at every moment of every verb that has an intent: before and after each
 * commit, each call of the launcher, each signal. Whatever the moment, the next host process brings
 * every domain into its true state, loses no machine, signals none that nobody wanted gone, and
 * leaves no intent behind.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class CrashTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final CheckpointName CHECKPOINT_NAME = new CheckpointName("before");
  private static final DefinitionDocument DATA =
      TestHost.document("{name: data, file: /images/data.raw, format: raw}");
  private static final Path MEDIUM = Path.of("/images/medium.iso");
  private static final DefinitionDocument EMPTY =
      TestHost.document("{name: cd, device: cdrom, format: raw, throttle: {bytes: 1MiB}}");
  private static final DefinitionDocument FULL =
      TestHost.document("{name: cd, device: cdrom, file: /images/medium.iso, format: raw}");
  private static final DefinitionDocument MORE =
      TestHost.document("{name: more, file: /images/more.raw, format: raw}");

  private static final DefinitionDocument WATCHDOG = TestHost.document("{device: watchdog}");
  private static final String CHANNEL_NAME = "org.example.chan.0";
  private static final DefinitionDocument CHANNEL =
      TestHost.document("{device: channel, name: org.example.chan.0}");
  private static final DefinitionDocument IOTHREAD =
      TestHost.document("{device: iothread, name: io1}");
  private static final DefinitionDocument LAN = TestHost.document("{name: lan}");
  private static final DefinitionDocument SHARING =
      TestHost.document("{name: web, memory: 64MiB, shares: [{name: files, source: /srv}]}");
  private static final DefinitionDocument MORE_SHARED =
      TestHost.document("{name: extra, source: /srv/extra}");
  private static final DefinitionDocument ROOM_FOR_CPUS =
      TestHost.document("{name: web, memory: 64MiB, cpus: 2, max-cpus: 4}");
  private static final DefinitionDocument ROOM_FOR_MEMORY =
      TestHost.document("{name: web, memory: 64MiB, max-memory: 256MiB}");
  private static final ByteSize MORE_RAM = ByteSize.mebibytes(128);
  private static final DefinitionDocument ROOM_FOR_DIMMS =
      TestHost.document("{name: web, memory: 64MiB, max-memory: 576MiB, memory-device: dimm}");
  private static final ByteSize MORE_BY_DIMM = ByteSize.mebibytes(192);
  private static final DefinitionDocument LINKED =
      TestHost.document("{name: web, memory: 64MiB, nics: [{name: lan}]}");
  private static final Throttle LIMITS =
      new Throttle(
          Rates.ofTotal(new Rate(1 << 20, 2 << 20, 5)), Rates.UNLIMITED, Optional.of("slow"));

  /** What the host is doing when it dies. */
  enum Deed {
    DEFINE,
    REDEFINE,
    UNDEFINE,
    START,
    START_PAUSED,
    SHUTDOWN,
    SHUTDOWN_OF_A_DEAF_GUEST,
    SHUTDOWN_THEN_DESTROY,
    DESTROY,
    DESTROY_OF_A_STUBBORN_QEMU,
    ATTACH_DISK,
    ATTACH_OF_A_DISK_THAT_QEMU_REFUSES,
    DETACH_DISK,
    ATTACH_NIC,
    ATTACH_OF_A_NIC_THAT_QEMU_REFUSES,
    DETACH_NIC,
    ATTACH_SHARE,
    ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES,
    DETACH_SHARE,
    ATTACH_DEVICE,
    ATTACH_OF_A_DEVICE_THAT_QEMU_REFUSES,
    DETACH_DEVICE,
    ATTACH_CHANNEL,
    ATTACH_OF_A_CHANNEL_THAT_QEMU_REFUSES,
    DETACH_CHANNEL,
    ATTACH_IOTHREAD,
    DETACH_IOTHREAD,
    DUMP_MEMORY,
    DUMP_THAT_FAILS,
    BACKUP,
    BACKUP_SINCE_ANOTHER,
    BACKUP_THAT_FAILS,
    BACKUP_TO_A_GIVEN_FILE,
    BACKUP_OF_A_GUEST_AT_REST,
    EXPORT,
    BACKUP_WHILE_STOPPED,
    SAVE,
    SAVE_THAT_FAILS,
    RESTORE,
    CHECKPOINT,
    CHECKPOINT_THAT_QEMU_REFUSES,
    DELETED_CHECKPOINT,
    THROTTLE,
    THROTTLE_THAT_QEMU_REFUSES,
    LATENCIES,
    LATENCIES_THAT_QEMU_REFUSES,
    RESIZE,
    UNLINK,
    MORE_CPUS,
    CPUS_THAT_QEMU_REFUSES,
    FEWER_CPUS,
    INSERT_MEDIUM,
    INSERT_THAT_QEMU_REFUSES,
    EJECT_MEDIUM,
    MORE_MEMORY,
    MORE_BY_A_DIMM,
    A_DIMM_THAT_QEMU_REFUSES,
    BALLOON;

    /** Brings a host to where the deed can be done. */
    void prepare(TestHost host, FakeMachines machines, Path files) {
      if (this == DEFINE) {
        return;
      }
      host.define("web");
      if (this == UNLINK) {
        host.api().define(LINKED, new DefineCondition.Always());
      }
      if (this == MORE_MEMORY) {
        host.api().define(ROOM_FOR_MEMORY, new DefineCondition.Always());
      }
      if (this == MORE_BY_A_DIMM || this == A_DIMM_THAT_QEMU_REFUSES) {
        host.api().define(ROOM_FOR_DIMMS, new DefineCondition.Always());
      }
      if (isAboutCpus()) {
        host.api().define(ROOM_FOR_CPUS, new DefineCondition.Always());
      }
      if (isAboutDisks()) {
        host.api().attachDisk(WEB, DATA, EditScope.CONFIG, CallOptions.none());
        host.api().attachDisk(WEB, MORE, EditScope.CONFIG, CallOptions.none());
      }
      if (isAboutMedia()) {
        DefinitionDocument drive = this == EJECT_MEDIUM ? FULL : EMPTY;
        host.api().attachDisk(WEB, drive, EditScope.CONFIG, CallOptions.none());
      }
      if (isAboutShares()) {
        host.api().define(SHARING, new DefineCondition.Always());
      }
      if (this == DETACH_IOTHREAD) {
        host.api().attachDevice(WEB, IOTHREAD, EditScope.CONFIG, CallOptions.none());
      }
      if (this == DETACH_NIC) {
        host.api().attachNic(WEB, LAN, EditScope.CONFIG, CallOptions.none());
      }
      if (this == DETACH_CHANNEL) {
        host.api().attachDevice(WEB, CHANNEL, EditScope.CONFIG, CallOptions.none());
      }
      switch (this) {
        case UNDEFINE -> {
          host.start("web");
          host.destroy("web");
        }
        case SHUTDOWN,
            DESTROY,
            ATTACH_DISK,
            DETACH_DISK,
            ATTACH_NIC,
            DETACH_NIC,
            ATTACH_SHARE,
            DETACH_SHARE,
            THROTTLE,
            LATENCIES,
            RESIZE,
            UNLINK,
            MORE_CPUS,
            FEWER_CPUS,
            INSERT_MEDIUM,
            EJECT_MEDIUM,
            MORE_MEMORY,
            MORE_BY_A_DIMM,
            BALLOON,
            ATTACH_DEVICE,
            DETACH_DEVICE,
            ATTACH_CHANNEL,
            DETACH_CHANNEL,
            ATTACH_IOTHREAD,
            DETACH_IOTHREAD ->
            host.start("web");

        case DUMP_MEMORY -> host.start("web");
        case BACKUP, BACKUP_TO_A_GIVEN_FILE, EXPORT -> host.start("web");
        case BACKUP_OF_A_GUEST_AT_REST -> {
          host.start("web");
          machines.of("web").startAgent();
        }
        case CHECKPOINT -> host.start("web");
        case CHECKPOINT_THAT_QEMU_REFUSES -> {
          host.start("web");
          machines.of("web").monitor().refuse("transaction", "GenericError", "No.");
        }
        case DELETED_CHECKPOINT -> {
          host.start("web");
          checkpoint(host.api());
        }
        case BACKUP_SINCE_ANOTHER -> {
          host.start("web");
          backUp(host.api(), files, "first");
        }
        case BACKUP_WHILE_STOPPED ->
            host.api()
                .attachDisk(WEB, atRest(imageBeside(files)), EditScope.CONFIG, CallOptions.none());
        case BACKUP_THAT_FAILS -> {
          host.start("web");
          machines.of("web").backups().failAlways("No space left on device");
        }
        case SAVE -> host.start("web");
        case SAVE_THAT_FAILS -> {
          host.start("web");
          machines.of("web").migration().failAlways("No space left on device");
        }
        case RESTORE -> {
          host.start("web");
          save(host.api(), files.resolve("web.elf"));
          host.await("web", DomainState.SHUTOFF);
        }
        case DUMP_THAT_FAILS -> {
          host.start("web");
          machines.of("web").dump().failAlways("No space left on device");
        }
        case THROTTLE_THAT_QEMU_REFUSES -> {
          host.start("web");
          machines.of("web").monitor().refuse(DiskThrottle.COMMAND, "GenericError", "No.");
        }
        case LATENCIES_THAT_QEMU_REFUSES -> {
          host.start("web");
          machines.of("web").monitor().refuse(DiskLatencies.COMMAND, "GenericError", "No.");
        }
        case INSERT_THAT_QEMU_REFUSES -> {
          host.start("web");
          machines.of("web").monitor().refuse(MediumPlan.INSERT, "GenericError", "No.");
        }
        case ATTACH_OF_A_DISK_THAT_QEMU_REFUSES,
            CPUS_THAT_QEMU_REFUSES,
            A_DIMM_THAT_QEMU_REFUSES,
            ATTACH_OF_A_NIC_THAT_QEMU_REFUSES,
            ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES,
            ATTACH_OF_A_DEVICE_THAT_QEMU_REFUSES,
            ATTACH_OF_A_CHANNEL_THAT_QEMU_REFUSES -> {
          host.start("web");
          machines.of("web").monitor().refuse("device_add", "GenericError", "No.");
        }
        case SHUTDOWN_OF_A_DEAF_GUEST, SHUTDOWN_THEN_DESTROY -> {
          host.start("web");
          machines.of("web").ignorePowerButton();
        }
        case DESTROY_OF_A_STUBBORN_QEMU -> {
          host.start("web");
          machines.of("web").ignoreTerm();
        }
        case DEFINE, REDEFINE, START, START_PAUSED -> {}
      }
    }

    /** Whether it needs disks that are there. */
    private boolean isAboutDisks() {
      return isBackup()
          || isAboutCheckpoints()
          || this == DETACH_DISK
          || this == THROTTLE
          || this == THROTTLE_THAT_QEMU_REFUSES
          || this == LATENCIES
          || this == LATENCIES_THAT_QEMU_REFUSES
          || this == RESIZE;
    }

    private boolean isAboutCheckpoints() {
      return this == CHECKPOINT
          || this == CHECKPOINT_THAT_QEMU_REFUSES
          || this == DELETED_CHECKPOINT;
    }

    private boolean isBackup() {
      return this == BACKUP
          || this == BACKUP_SINCE_ANOTHER
          || this == BACKUP_THAT_FAILS
          || this == BACKUP_TO_A_GIVEN_FILE
          || this == BACKUP_OF_A_GUEST_AT_REST
          || this == EXPORT;
    }

    private boolean isAboutShares() {
      return this == ATTACH_SHARE
          || this == ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES
          || this == DETACH_SHARE;
    }

    private boolean isAboutCpus() {
      return this == MORE_CPUS || this == CPUS_THAT_QEMU_REFUSES || this == FEWER_CPUS;
    }

    private boolean isAboutMedia() {
      return this == INSERT_MEDIUM || this == INSERT_THAT_QEMU_REFUSES || this == EJECT_MEDIUM;
    }

    void on(VmHost host, Path dump) {
      switch (this) {
        case DEFINE -> host.define(TestHost.document("web", "64MiB"), new DefineCondition.Always());
        case REDEFINE ->
            host.define(TestHost.document("web", "96MiB"), new DefineCondition.Always());
        case UNDEFINE -> host.undefine(WEB);
        case START -> host.start(WEB, StartMode.RUNNING, CallOptions.none());
        case START_PAUSED -> host.start(WEB, StartMode.PAUSED, CallOptions.none());
        case SHUTDOWN -> host.shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.none());
        case SHUTDOWN_OF_A_DEAF_GUEST ->
            host.shutdown(WEB, deaf(ShutdownPolicy.Afterwards.KEEP_RUNNING), CallOptions.none());
        case SHUTDOWN_THEN_DESTROY ->
            host.shutdown(WEB, deaf(ShutdownPolicy.Afterwards.DESTROY), CallOptions.none());
        case DESTROY -> host.destroy(WEB, Duration.ofDays(1), CallOptions.none());
        case DESTROY_OF_A_STUBBORN_QEMU ->
            host.destroy(WEB, Duration.ofMillis(10), CallOptions.none());
        case ATTACH_DISK, ATTACH_OF_A_DISK_THAT_QEMU_REFUSES ->
            host.attachDisk(WEB, DATA, EditScope.BOTH, CallOptions.none());
        case ATTACH_NIC, ATTACH_OF_A_NIC_THAT_QEMU_REFUSES ->
            host.attachNic(WEB, LAN, EditScope.BOTH, CallOptions.none());
        case ATTACH_SHARE, ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES ->
            host.attachShare(WEB, MORE_SHARED, EditScope.BOTH, CallOptions.none());
        case DETACH_SHARE ->
            host.awaitJob(
                host.detachShare(
                        WEB, "files", EditScope.BOTH, JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case ATTACH_DEVICE, ATTACH_OF_A_DEVICE_THAT_QEMU_REFUSES -> attach(host, WATCHDOG);
        case ATTACH_CHANNEL, ATTACH_OF_A_CHANNEL_THAT_QEMU_REFUSES -> attach(host, CHANNEL);
        case DETACH_CHANNEL -> detach(host, CHANNEL_NAME);
        case DETACH_DEVICE -> detach(host, "rng");
        case ATTACH_IOTHREAD -> attach(host, IOTHREAD);
        case DETACH_IOTHREAD -> detach(host, "iothread-io1");
        case DETACH_NIC ->
            host.awaitJob(
                host.detachNic(WEB, "lan", EditScope.BOTH, JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case DETACH_DISK ->
            host.awaitJob(
                host.detachDisk(WEB, "more", EditScope.BOTH, JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case DUMP_MEMORY, DUMP_THAT_FAILS ->
            host.awaitJob(
                host.dumpMemory(WEB, MemoryDump.to(dump), JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case BACKUP, BACKUP_SINCE_ANOTHER, BACKUP_THAT_FAILS, BACKUP_WHILE_STOPPED ->
            backUp(host, dump.resolveSibling(""), "web");
        case BACKUP_TO_A_GIVEN_FILE -> backUpToAFile(host, dump.resolveSibling(""));
        case CHECKPOINT, CHECKPOINT_THAT_QEMU_REFUSES -> checkpoint(host);
        case DELETED_CHECKPOINT ->
            host.backups().deleteCheckpoint(WEB, CHECKPOINT_NAME, CallOptions.none());
        case BACKUP_OF_A_GUEST_AT_REST ->
            backUp(
                host,
                BackupRequest.to(dump.resolveSibling(""), new BackupName("web"))
                    .with(Quiesce.REQUIRED));
        case EXPORT -> export(host, dump.resolveSibling(""));
        case SAVE, SAVE_THAT_FAILS -> save(host, dump);
        case RESTORE ->
            host.saves().restore(RestoreRequest.of(dump), Resources.none(), CallOptions.none());
        case THROTTLE, THROTTLE_THAT_QEMU_REFUSES ->
            host.setThrottle(WEB, "data", LIMITS, EditScope.BOTH, CallOptions.none());
        case LATENCIES, LATENCIES_THAT_QEMU_REFUSES ->
            host.setLatencyHistogram(
                WEB, "data", LatencyBounds.USUAL, EditScope.BOTH, CallOptions.none());
        case RESIZE ->
            host.resizeDisk(
                WEB, "data", ByteSize.mebibytes(4), Shrinking.REFUSED, CallOptions.none());
        case MORE_CPUS, CPUS_THAT_QEMU_REFUSES -> cpus(host, 4);
        case FEWER_CPUS -> cpus(host, 1);
        case MORE_BY_A_DIMM, A_DIMM_THAT_QEMU_REFUSES -> memory(host, MORE_BY_DIMM);
        case MORE_MEMORY -> memory(host, MORE_RAM);
        case BALLOON ->
            host.awaitJob(
                host.setBalloon(WEB, ByteSize.mebibytes(32), JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case UNLINK -> host.setLink(WEB, "lan", LinkState.DOWN, EditScope.BOTH, CallOptions.none());
        case INSERT_MEDIUM, INSERT_THAT_QEMU_REFUSES ->
            host.insertMedium(WEB, "cd", MEDIUM, EditScope.BOTH, CallOptions.none());
        case EJECT_MEDIUM ->
            host.ejectMedium(WEB, "cd", Ejection.ASKED, EditScope.BOTH, CallOptions.none());
      }
    }

    private static void attach(VmHost host, DefinitionDocument device) {
      host.attachDevice(WEB, device, EditScope.BOTH, CallOptions.none());
    }

    private static void detach(VmHost host, String device) {
      host.awaitJob(
          host.detachDevice(WEB, device, EditScope.BOTH, JobOptions.none(), CallOptions.none())
              .id(),
          TestHost.PATIENCE);
    }

    private static void memory(VmHost host, ByteSize size) {
      host.awaitJob(
          host.setMemory(WEB, size, EditScope.BOTH, JobOptions.none(), CallOptions.none()).id(),
          TestHost.PATIENCE);
    }

    private static void checkpoint(VmHost host) {
      host.backups().createCheckpoint(WEB, CHECKPOINT_NAME, Set.of(), CallOptions.none());
    }

    private static void backUp(VmHost host, Path directory, String name) {
      backUp(host, BackupRequest.to(directory, new BackupName(name)));
    }

    private static void backUp(VmHost host, BackupRequest request) {
      host.awaitJob(
          host.backups().create(WEB, request, JobOptions.none(), CallOptions.none()).id(),
          TestHost.PATIENCE);
    }

    private static void backUpToAFile(VmHost host, Path directory) {
      BackupRequest request =
          new BackupRequest(
                  new BackupName("web"), directory, Set.of(), Wanted.full(), Pace.unlimited())
              .with(ImageFormat.RAW);
      try (RandomAccessFile file =
              new RandomAccessFile(
                  directory.resolveSibling(directory.getFileName() + ".target").toFile(), "rw");
          Resources targets = Resources.of(Map.of("data", file.getFD()), Map.of())) {
        host.awaitJob(
            host.backups()
                .create(WEB, request, targets, JobOptions.none(), CallOptions.none())
                .id(),
            TestHost.PATIENCE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void export(VmHost host, Path scratch) {
      JobId job =
          host.backups()
              .export(WEB, ExportRequest.full(scratch), JobOptions.none(), CallOptions.none())
              .id();
      eventually(() -> assertThat(host.job(job).status().phase()).isEqualTo("serving"));
      host.backups().finishExport(job, CallOptions.none());
      host.awaitJob(job, TestHost.PATIENCE);
    }

    private static void save(VmHost host, Path file) {
      host.awaitJob(
          host.saves().save(WEB, file, JobOptions.none(), CallOptions.none()).id(),
          TestHost.PATIENCE);
    }

    private static void cpus(VmHost host, int count) {
      host.awaitJob(
          host.setCpus(WEB, count, EditScope.BOTH, JobOptions.none(), CallOptions.none()).id(),
          TestHost.PATIENCE);
    }

    private static ShutdownPolicy deaf(ShutdownPolicy.Afterwards afterwards) {
      return new ShutdownPolicy(Duration.ofMillis(10), afterwards);
    }

    /** Whether the machine that ran before may be told to end. */
    boolean mayEndTheMachine(FakeMachine machine) {
      return switch (this) {
        case DEFINE,
            REDEFINE,
            UNDEFINE,
            SHUTDOWN_OF_A_DEAF_GUEST,
            ATTACH_DISK,
            ATTACH_OF_A_DISK_THAT_QEMU_REFUSES,
            DETACH_DISK,
            ATTACH_NIC,
            ATTACH_OF_A_NIC_THAT_QEMU_REFUSES,
            DETACH_NIC,
            ATTACH_SHARE,
            ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES,
            DETACH_SHARE,
            ATTACH_DEVICE,
            ATTACH_OF_A_DEVICE_THAT_QEMU_REFUSES,
            DETACH_DEVICE,
            ATTACH_CHANNEL,
            ATTACH_OF_A_CHANNEL_THAT_QEMU_REFUSES,
            DETACH_CHANNEL,
            ATTACH_IOTHREAD,
            DETACH_IOTHREAD,
            DUMP_MEMORY,
            DUMP_THAT_FAILS,
            BACKUP,
            BACKUP_SINCE_ANOTHER,
            BACKUP_THAT_FAILS,
            BACKUP_TO_A_GIVEN_FILE,
            BACKUP_OF_A_GUEST_AT_REST,
            EXPORT,
            SAVE_THAT_FAILS,
            CHECKPOINT,
            CHECKPOINT_THAT_QEMU_REFUSES,
            DELETED_CHECKPOINT,
            THROTTLE,
            THROTTLE_THAT_QEMU_REFUSES,
            LATENCIES,
            LATENCIES_THAT_QEMU_REFUSES,
            RESIZE,
            UNLINK,
            MORE_CPUS,
            CPUS_THAT_QEMU_REFUSES,
            FEWER_CPUS,
            INSERT_MEDIUM,
            INSERT_THAT_QEMU_REFUSES,
            EJECT_MEDIUM,
            MORE_MEMORY,
            MORE_BY_A_DIMM,
            A_DIMM_THAT_QEMU_REFUSES,
            BALLOON ->
            false;
        case START, START_PAUSED -> !machine.ran();
        case SAVE -> machine.runState().equals("postmigrate");
        case RESTORE -> !machine.ran() || machine.runState().equals("postmigrate");
        case BACKUP_WHILE_STOPPED -> machine.launch().isStandIn();
        case SHUTDOWN -> machine.runState().equals("shutdown");
        case SHUTDOWN_THEN_DESTROY, DESTROY, DESTROY_OF_A_STUBBORN_QEMU -> true;
      };
    }
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Deed.class)
  void theNextHostFindsTheTruthWheneverTheLastOneDied(Deed deed) throws Exception {
    int moments = Integer.MAX_VALUE;
    for (int moment = -1; moment < moments; moment++) {
      Path place = directory.resolve("m" + moment);
      try (FakeMachines machines = new FakeMachines(place)) {
        Path dumps = Files.createDirectory(directory.resolve("dumps" + moment));
        int counted = dieAndReturn(deed, moment, machines, dumps);
        if (moment == -1) {
          moments = counted;
          assertThat(moments).as("moments of " + deed).isGreaterThan(1);
        }
      }
    }
  }

  /** One life, its end at that moment, and the life after; tells how many moments there were. */
  private static int dieAndReturn(Deed deed, int moment, FakeMachines machines, Path dumps)
      throws Exception {
    MemoryStore first = prepared(deed, machines, dumps);
    List<FakeMachine> before = machines.living();
    int signalsBefore = signals(machines);
    Mortality mortality = new Mortality(moment);
    TestHost mortal =
        new TestHost(
            mortality.mortal(first),
            machines,
            quickly(),
            port -> mortality.mortal(port),
            mortality.mortal(new FakeImageFiles()),
            mortality.mortal(TestHost.files()),
            Clock.systemUTC(),
            TimerThread.start(),
            TestHost.BOOT);
    String death = "never";
    MemoryStore second;
    try {
      eventually(() -> assertSettledOrDead(mortal, before, mortality));
      CompletableFuture<String> call =
          TestHost.async(
              () -> {
                act(deed, mortal, dumps.resolve("web.elf"));
                return "after it was done";
              });
      death = CompletableFuture.anyOf(mortality.death(), call).get(30, TimeUnit.SECONDS).toString();
      mortal.hangUp();
      if (deed == Deed.BACKUP_OF_A_GUEST_AT_REST) {
        machines.of("web").startAgent().hangUp(); // so does the kernel here
      }
      second = first.reopened();
    } finally {
      mortal.close(Duration.ZERO);
      first.close();
    }
    live(deed, death, machines, second, signalsBefore, dumps);
    return mortality.moments().size();
  }

  private static MemoryStore prepared(Deed deed, FakeMachines machines, Path dumps) {
    MemoryStore store = new MemoryStore();
    try (TestHost host = new TestHost(store, machines)) {
      deed.prepare(host, machines, dumps);
    }
    MemoryStore prepared = store.reopened();
    store.close();
    return prepared;
  }

  private static EngineSettings quickly() {
    return new EngineSettings(
        8,
        Duration.ofSeconds(20),
        Duration.ofMillis(300),
        Duration.ofMillis(500),
        Duration.ofMillis(100),
        Duration.ZERO);
  }

  private static void assertSettledOrDead(
      TestHost host, List<FakeMachine> living, Mortality mortality) {
    if (mortality.death().isDone()) {
      return;
    }
    for (DomainSnapshot domain : host.api().list()) {
      assertThat(domain.status().state())
          .isEqualTo(living.isEmpty() ? DomainState.SHUTOFF : DomainState.RUNNING);
    }
  }

  /** A refusal of the verb is one of its ends. */
  private static void act(Deed deed, TestHost host, Path dump) {
    try {
      deed.on(host.api(), dump);
    } catch (BerthException refused) {
      assertThat(deed)
          .isIn(
              Deed.SHUTDOWN_OF_A_DEAF_GUEST,
              Deed.ATTACH_OF_A_DISK_THAT_QEMU_REFUSES,
              Deed.ATTACH_OF_A_NIC_THAT_QEMU_REFUSES,
              Deed.CHECKPOINT_THAT_QEMU_REFUSES,
              Deed.THROTTLE_THAT_QEMU_REFUSES,
              Deed.LATENCIES_THAT_QEMU_REFUSES,
              Deed.INSERT_THAT_QEMU_REFUSES,
              Deed.ATTACH_OF_A_SHARE_THAT_QEMU_REFUSES,
              Deed.ATTACH_OF_A_DEVICE_THAT_QEMU_REFUSES,
              Deed.ATTACH_OF_A_CHANNEL_THAT_QEMU_REFUSES);
      assertThat(refused.getMessage()).containsAnyOf("still running", "No.");
    }
  }

  /** A guest that was about to go on from its file is whole in its machine. */
  private static boolean mayStand(Deed deed, FakeMachine machine) {
    return deed == Deed.START_PAUSED || deed == Deed.RESTORE && machine.runState().equals("paused");
  }

  private static int signals(FakeMachines machines) {
    return machines.all().stream().mapToInt(machine -> machine.signals().size()).sum();
  }

  /** The next host process: waits for the truth, and checks it. */
  private static void live(
      Deed deed,
      String death,
      FakeMachines machines,
      MemoryStore store,
      int signalsBefore,
      Path dumps) {
    try (store;
        TestHost next = new TestHost(store, machines, quickly(), port -> port)) {
      eventually(
          () -> {
            try {
              finishExports(next);
              assertTrue(next, machines, store);
              assertJobs(deed, next, store, machines, dumps);
              assertThat(machines.living())
                  .as("half-started machines")
                  .allMatch(machine -> machine.ran() || mayStand(deed, machine));
            } catch (AssertionError wrong) {
              throw new AssertionError(deed + ", died " + death + ": " + wrong.getMessage(), wrong);
            }
          });
      for (FakeMachine machine : machines.all()) {
        if (machine.condition() == FakeMachine.Condition.GONE
            && signals(machines) > signalsBefore) {
          assertThat(deed.mayEndTheMachine(machine) || deed == Deed.UNDEFINE)
              .as(deed + ", died " + death + ": signalled " + machine.signals())
              .isTrue();
        }
      }
    }
  }

  /** Definition, record and QEMU have the same devices, and nobody works on them any more. */
  private static void assertDevices(FakeMachine machine, TestHost next, MemoryStore store) {
    Set<String> devices = new TreeSet<>();
    Set<String> nodes = new TreeSet<>();
    Set<String> netdevs = new TreeSet<>();
    for (DeviceRecord device : next.engine().domains().get(WEB).launch().orElseThrow().devices()) {
      if (device.id().startsWith("disk-")) {
        devices.add(device.id());
        nodes.addAll(device.nodes());
      } else if (device.kind().equals("nic")) {
        devices.add(device.id());
        netdevs.add("net-" + device.name());
      }
    }
    assertThat(machine.backplane().devices())
        .as("devices")
        .filteredOn(device -> device.startsWith("disk-") || device.startsWith("nic-"))
        .containsExactlyInAnyOrderElementsOf(devices);
    assertThat(machine.backplane().nodes()).as("nodes").isEqualTo(nodes);
    assertThat(machine.backplane().netdevs()).as("netdevs").isEqualTo(netdevs);
    String definition = next.api().definition(WEB).json();
    for (String disk : List.of("data", "more")) {
      assertThat(definition.contains("\"" + disk + "\""))
          .as("disk " + disk + " is defined")
          .isEqualTo(devices.contains("disk-" + disk));
    }
    assertThat(definition.contains("\"lan\""))
        .as("the interface is defined")
        .isEqualTo(devices.contains("nic-lan"));
    assertShares(machine, next, definition);
    assertDimms(machine, next, definition);
    assertThat(machine.backplane().threads())
        .as("iothreads")
        .containsExactlyInAnyOrderElementsOf(
            Iothreads.of(launch(next)).stream().map(Iothreads::id).toList());
    assertThat(definition.contains("\"iothreads\":[\"io1\"]"))
        .as("the iothread is defined")
        .isEqualTo(!machine.backplane().threads().isEmpty());
    assertSettings(machine, next, definition);
    assertCpus(machine, next, definition);
    long grown = GrowingMemory.requested(launch(next)).bytes();
    assertThat(machine.memory().size()).as("memory that was added").isEqualTo(grown);
    assertThat(definition.contains("\"memory\":\"128MiB\"")).isEqualTo(grown > 0);
    assertThat(machine.memory().balloon())
        .as("balloon")
        .isEqualTo(next.api().jobs().stream().anyMatch(CrashTest::isBalloon) ? 32 << 20 : 64 << 20);
    Set<String> plugged = machine.backplane().devices();
    assertThat(definition.contains("\"rng\":true"))
        .as("the entropy source is defined")
        .isEqualTo(plugged.contains("rng"));
    assertThat(definition.contains("\"watchdog\""))
        .as("the watchdog is defined")
        .isEqualTo(plugged.contains("watchdog"));
    for (String device : List.of("rng", "watchdog")) {
      assertThat(machine.backplane().hasObjectOf(device))
          .as("the object of " + device)
          .isEqualTo(plugged.contains(device));
    }
    String channel = "channel-" + CHANNEL_NAME;
    assertThat(definition.contains(CHANNEL_NAME))
        .as("the channel is defined")
        .isEqualTo(plugged.contains(channel));
    assertThat(machine.backplane().chardevs().contains(channel))
        .as("the socket of the channel")
        .isEqualTo(plugged.contains(channel));
  }

  /** Definition, record and QEMU have the same DIMMs, and nothing is there that backs none. */
  private static void assertDimms(FakeMachine machine, TestHost next, String definition) {
    LaunchRecord launch = launch(next);
    List<DeviceRecord> taken = Dimms.of(launch, Dimms.TAKEN);
    assertThat(machine.backplane().dimms()).as("DIMMs").hasSameSizeAs(taken);
    assertThat(machine.backplane().dimms().values())
        .as("sizes of DIMMs")
        .containsExactlyElementsOf(
            taken.stream().map(it -> Dimms.size(launch, it).bytes()).toList());
    assertThat(machine.backplane().sources()).as("what backs DIMMs").hasSameSizeAs(taken);
    assertThat(definition.contains("\"memory\":\"192MiB\"")).isEqualTo(!taken.isEmpty());
  }

  /** Definition, record, QEMU and host have the same shares, and none was taken for lost. */
  private static void assertShares(FakeMachine machine, TestHost next, String definition) {
    Set<String> shares = new TreeSet<>();
    for (String share : List.of("files", "extra")) {
      if (machine.backplane().devices().contains("share-" + share)) {
        shares.add(share);
      }
      assertThat(definition.contains("\"" + share + "\""))
          .as("share " + share + " is defined")
          .isEqualTo(shares.contains(share));
    }
    assertThat(launch(next).devices())
        .as("shares on record")
        .filteredOn(device -> device.id().startsWith("share-"))
        .extracting(DeviceRecord::name)
        .containsExactlyInAnyOrderElementsOf(shares);
    assertThat(launch(next).lostShares()).as("lost shares").isEmpty();
    assertThat(launch(next).served()).as("servers on record").hasSameSizeAs(shares);
    assertThat(machine.backplane().servers()).as("servers").isEqualTo(shares);
    assertThat(machine.backplane().chardevs())
        .as("chardevs")
        .filteredOn(chardev -> chardev.startsWith("share-"))
        .hasSameSizeAs(shares);
  }

  /** Every job has ended; a dump has its file if it has succeeded, and has left none if not. */
  private static void assertJobs(
      Deed deed, TestHost next, MemoryStore store, FakeMachines machines, Path dumps) {
    List<Job> jobs = next.api().jobs();
    assertThat(store.contents().jobs()).hasSameSizeAs(jobs);
    switch (deed) {
      case DUMP_MEMORY, DUMP_THAT_FAILS -> {
        boolean complete = !jobs.isEmpty() && jobs.get(0).status().phase().equals("complete");
        assertThat(jobs).as("jobs").allMatch(job -> job.status().state().isEnded());
        assertThat(dumps.toFile().list())
            .as("files")
            .isEqualTo(complete ? new String[] {"web.elf"} : new String[0]);
      }
      case BACKUP, BACKUP_SINCE_ANOTHER, BACKUP_THAT_FAILS ->
          assertBackups(jobs, machines.of("web"), dumps);
      case BACKUP_OF_A_GUEST_AT_REST -> {
        assertBackups(jobs, machines.of("web"), dumps);
        assertThat(machines.of("web").startAgent().isFrozen()).as("frozen").isFalse();
      }
      case EXPORT -> assertExports(jobs, machines.of("web"), dumps);
      case SAVE, SAVE_THAT_FAILS, RESTORE -> assertSaves(deed, jobs, next, machines, dumps);
      case BACKUP_TO_A_GIVEN_FILE -> assertGiven(jobs, machines.of("web"), dumps);
      case BACKUP_WHILE_STOPPED -> {
        List<Job> complete = completeIn(jobs, dumps);
        assertThat(FakeBitmaps.in(imageBeside(dumps)))
            .as("marks")
            .containsExactlyElementsOf(
                complete.stream()
                    .map(job -> "berth-000001-%s-data".formatted(job.id()))
                    .map(mark -> new ImageBitmap(mark, true, false))
                    .toList());
      }
      case CHECKPOINT, CHECKPOINT_THAT_QEMU_REFUSES, DELETED_CHECKPOINT ->
          assertCheckpoints(deed, next, machines.of("web"));
      case MORE_CPUS, FEWER_CPUS, MORE_MEMORY, MORE_BY_A_DIMM, BALLOON ->
          assertThat(jobs).as("jobs").allMatch(job -> job.status().phase().equals("done"));
      case CPUS_THAT_QEMU_REFUSES, A_DIMM_THAT_QEMU_REFUSES ->
          assertThat(jobs)
              .as("jobs")
              .allMatch(job -> job.status().phase().equals("refused-by-qemu"));
      default ->
          assertThat(jobs).as("jobs").allMatch(job -> job.status().phase().equals("removed"));
    }
  }

  /** Either a file has the guest or a machine that runs; one that was restored leaves its file. */
  private static void assertSaves(
      Deed deed, List<Job> jobs, TestHost next, FakeMachines machines, Path directory) {
    assertThat(jobs).as("jobs").allMatch(job -> job.status().state().isEnded());
    boolean saved = jobs.stream().anyMatch(job -> job.status().phase().equals("complete"));
    assertThat(directory.toFile().list())
        .as("files")
        .isEqualTo(saved ? new String[] {"web.elf"} : new String[0]);
    if (deed != Deed.RESTORE) {
      DomainStatus status = next.domain("web").status();
      assertThat(machines.living()).as("machines").hasSize(saved ? 0 : 1);
      assertThat(status.reason() == StateReason.SAVED).as("saved").isEqualTo(saved);
      assertThat(status.state()).isEqualTo(saved ? DomainState.SHUTOFF : DomainState.RUNNING);
    }
  }

  /** A backup is complete, or there is nothing of it: no file, no job of QEMU's, no mark. */
  private static void assertBackups(List<Job> jobs, FakeMachine machine, Path directory) {
    assertMarks(completeIn(jobs, directory), machine);
  }

  /** What is written to a given file begins no mark; all else is as without one. */
  private static void assertGiven(List<Job> jobs, FakeMachine machine, Path directory) {
    List<Job> complete = completeIn(jobs, directory);
    assertThat(machine.backups().ids()).as("jobs of QEMU").isEmpty();
    assertThat(machine.backplane().nodes()).as("nodes").noneMatch(node -> node.startsWith("b"));
    assertThat(machine.backups().bitmaps("data-format")).as("marks in data").isEmpty();
    assertThat(machine.backups().bitmaps("more-format"))
        .as("marks in more")
        .containsOnlyKeys(
            complete.stream()
                .map(job -> "berth-000001-%s-more".formatted(job.id()))
                .toArray(String[]::new));
  }

  /** One that serves goes on; when it is finished, or has failed, nothing but its marks is left. */
  private static void assertExports(List<Job> jobs, FakeMachine machine, Path directory) {
    assertThat(jobs).as("jobs").allMatch(job -> job.status().state().isEnded());
    assertThat(directory.toFile().list()).as("folders").isEmpty();
    assertThat(machine.backups().served()).as("exports").isEmpty();
    assertThat(machine.backups().isServing()).as("an NBD server").isFalse();
    assertThat(machine.backplane().nodes()).as("nodes").noneMatch(node -> node.startsWith("b"));
    assertMarks(
        jobs.stream().filter(job -> job.status().phase().equals("complete")).toList(), machine);
  }

  private static void finishExports(TestHost next) {
    next.api().jobs().stream()
        .filter(job -> job.status().phase().equals("serving"))
        .forEach(job -> next.api().backups().finishExport(job.id(), CallOptions.none()));
  }

  private static void assertMarks(List<Job> complete, FakeMachine machine) {
    assertThat(machine.backups().ids()).as("jobs of QEMU").isEmpty();
    for (String disk : List.of("data", "more")) {
      Map<String, Boolean> marks = new TreeMap<>();
      for (Job job : complete) {
        boolean isLast = job == complete.get(complete.size() - 1);
        marks.put("berth-%06d-%s-%s".formatted(complete.indexOf(job) + 1, job.id(), disk), isLast);
      }
      assertThat(machine.backups().bitmaps(disk + "-format"))
          .as("marks in " + disk)
          .isEqualTo(marks);
    }
  }

  /** The jobs that have a backup; every one has ended, and nothing is there of the others. */
  private static List<Job> completeIn(List<Job> jobs, Path directory) {
    assertThat(jobs).as("jobs").allMatch(job -> job.status().state().isEnded());
    List<Job> complete =
        jobs.stream()
            .filter(job -> job.status().phase().equals("complete"))
            .sorted(Comparator.comparing(job -> job.origin().since()))
            .toList();
    assertThat(directory.toFile().list())
        .as("folders")
        .containsExactlyInAnyOrderElementsOf(
            complete.stream().map(job -> job.target().subject()).toList());
    return complete;
  }

  /** A disk of an image with a header of its own, which is there. */
  private static DefinitionDocument atRest(Path image) {
    try {
      new FakeImageFiles()
          .run(
              JobId.random(),
              new ImageTask.Create(
                  new ImageTask.Layer(image, ImageFormat.QCOW2),
                  ByteSize.mebibytes(8),
                  Preallocation.OFF),
              done -> {});
    } catch (InterruptedException | ImageTaskException e) {
      throw new IllegalStateException(e);
    }
    return TestHost.document("{name: data, file: " + image + ", format: qcow2}");
  }

  private static Path imageBeside(Path directory) {
    return directory.resolveSibling(directory.getFileName() + ".qcow2");
  }

  /** A checkpoint is on all disks or on none, and what is there is what is told. */
  private static void assertCheckpoints(Deed deed, TestHost next, FakeMachine machine) {
    Set<String> data = machine.backups().bitmaps("data-format").keySet();
    Set<String> more = machine.backups().bitmaps("more-format").keySet();
    assertThat(data).as("bitmaps").hasSameSizeAs(more).hasSizeLessThan(2);
    if (deed == Deed.CHECKPOINT_THAT_QEMU_REFUSES) {
      assertThat(data).as("bitmaps").isEmpty();
    }
    assertThat(next.api().backups().checkpoints(WEB, CallOptions.none()))
        .as("checkpoints")
        .hasSameSizeAs(data)
        .allMatch(checkpoint -> checkpoint.disks().size() == 2);
  }

  private static boolean isBalloon(Job job) {
    return job.target().kind() == JobKind.SET_BALLOON;
  }

  private static LaunchRecord launch(TestHost host) {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }

  /** Definition, record and QEMU have as many CPUs, where some can come and go. */
  private static void assertCpus(FakeMachine machine, TestHost next, String definition) {
    LaunchRecord launch = next.engine().domains().get(WEB).launch().orElseThrow();
    if (CpuSlots.areIn(launch)) {
      List<String> plugged =
          machine.backplane().devices().stream().filter(id -> id.startsWith("cpu-")).toList();
      assertThat(CpuSlots.of(launch, CpuSlots.TAKEN))
          .as("CPUs on record")
          .extracting(DeviceRecord::id)
          .containsExactlyInAnyOrderElementsOf(plugged);
      assertThat(definition).as("defined CPUs").contains("\"cpus\":" + (1 + plugged.size()));
    }
  }

  /** Definition, record and QEMU have the same limits and links. */
  private static void assertSettings(FakeMachine machine, TestHost next, String definition) {
    LaunchRecord launch = next.engine().domains().get(WEB).launch().orElseThrow();
    for (DeviceRecord device : launch.devices()) {
      boolean counted =
          launch.assembly().stream()
              .anyMatch(step -> isLatencies(step) && DeviceSetting.isOf(step, device.id()));
      boolean set =
          launch.assembly().stream()
              .anyMatch(step -> !isLatencies(step) && DeviceSetting.isOf(step, device.id()));
      if (device.kind().equals("disk")) {
        assertThat(machine.settings().latencies(device).isArray())
            .as("counted latencies")
            .isEqualTo(counted);
        assertThat(machine.settings().limits(device))
            .as("limits")
            .matches(it -> it.isPresent() == set);
        if (device.name().equals("data")) {
          assertThat(definition.contains("throttle")).as("defined limits").isEqualTo(set);
          assertThat(definition.contains("latency")).as("defined bounds").isEqualTo(counted);
        }
      } else if (DriveMedium.isDrive(device)) {
        assertThat(machine.settings().drives().medium(device))
            .as("medium")
            .isEqualTo(device.nodes().stream().findFirst());
        assertThat(machine.settings().drives().isOpen(device) && !device.nodes().isEmpty())
            .as("a medium in an open tray")
            .isFalse();
        if (!device.nodes().isEmpty() && definition.contains("throttle")) {
          assertThat(machine.settings().limits(device)).as("limits of a medium").isPresent();
        }
        assertThat(definition.contains(MEDIUM.toString()))
            .as("defined medium")
            .isEqualTo(!device.nodes().isEmpty());
      } else if (device.kind().equals("nic")) {
        assertThat(machine.settings().isUp(device.id())).as("link").isEqualTo(!set);
        assertThat(definition.contains("\"down\"")).as("defined link").isEqualTo(set);
      }
    }
  }

  private static boolean isLatencies(AssemblyStep step) {
    return step instanceof AssemblyStep.Execute execute
        && execute.command().equals(DiskLatencies.COMMAND);
  }

  private static void assertTrue(TestHost next, FakeMachines machines, MemoryStore store) {
    List<DomainSnapshot> domains = next.api().list();
    List<FakeMachine> living = machines.living();
    assertThat(store.contents().intents()).as("intents").isEmpty();
    assertThat(store.contents().launches()).as("launches").hasSameSizeAs(living);
    assertThat(machines.runDirectories()).as("run directories").hasSameSizeAs(living);
    assertThat(store.contents().domains()).as("domains").hasSameSizeAs(domains);
    if (domains.isEmpty()) {
      assertThat(living).isEmpty();
      assertThat(machines.logDirectories()).as("logs of nobody").isEmpty();
      return;
    }
    DomainSnapshot web = domains.get(0);
    assertThat(web.operation()).isEmpty();
    if (living.isEmpty()) {
      assertThat(web.status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(web.machine()).isEmpty();
    } else {
      FakeMachine machine = living.get(0);
      assertThat(living).hasSize(1);
      assertThat(web.machine().orElseThrow().incarnation())
          .isEqualTo(machine.launch().incarnation());
      assertThat(web.status().state())
          .isEqualTo(
              machine.runState().equals("running") ? DomainState.RUNNING : DomainState.PAUSED);
      assertDevices(machine, next, store);
    }
    assertThat(store.contents().domains().get(0).status().state()).isEqualTo(web.status().state());
  }
}
