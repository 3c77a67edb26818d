package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.EventRange;
import dev.berth.domain.StateChannels;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.BackupFolder;
import dev.berth.engine.save.DumpFiles;
import dev.berth.engine.save.SaveFiles;
import dev.berth.host.MemoryDump;
import dev.berth.image.ImageFiles;
import dev.berth.job.JobId;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.HeldResources;
import dev.berth.machine.HostLinks;
import dev.berth.machine.Identity;
import dev.berth.machine.IncomingStream;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ListeningMachine;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.ProcessUsage;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.TargetFile;
import dev.berth.migration.SavedMachine;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.schema.QmpSchema;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.testing.FakeLauncher;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The death of a host process at a chosen moment, without a process: before or after a commit, a
 * call of the launcher or a signal. From then on nothing of that host reaches the store, the
 * launcher or a machine, and nothing it waits for ever comes. Thread-safe.
 */
final class Mortality {
  /** Thrown at whoever would act after death. */
  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final List<String> moments = new ArrayList<>();
  private final int last;
  private final CompletableFuture<String> death = new CompletableFuture<>();

  /**
   * Dies at that moment.
   *
   * @param last counted from 0; -1 for never
   */
  Mortality(int last) {
    this.last = last;
  }

  /** Every moment at which it could have died so far. */
  synchronized List<String> moments() {
    return List.copyOf(moments);
  }

  /** Completes with the moment at which it dies. */
  CompletableFuture<String> death() {
    return death;
  }

  /** Whether life goes on past that moment. */
  private synchronized boolean passes(String moment) {
    if (death.isDone()) {
      return false;
    }
    moments.add(moment);
    if (moments.size() - 1 == last) {
      death.complete(moment);
      return false;
    }
    return true;
  }

  void pass(String moment) {
    if (!passes(moment)) {
      throw new Died();
    }
  }

  <T> T around(String what, Supplier<T> act) {
    pass("before " + what);
    T result = act.get();
    pass("after " + what);
    return result;
  }

  void around(String what, Runnable act) {
    pass("before " + what);
    act.run();
    pass("after " + what);
  }

  Store mortal(Store store) {
    return new MortalStore(store);
  }

  MachineLauncher mortal(MachineLauncher launcher) {
    return new MortalLauncher(launcher);
  }

  ImageFiles mortal(ImageFiles files) {
    return new MortalImages(this, files);
  }

  JobFiles mortal(JobFiles files) {
    return new JobFiles(
        new MortalFiles(files.dumps()),
        new MortalBackups(files.backups()),
        files.served(),
        new MortalSaves(files.saves()));
  }

  private final class MortalSaves implements SaveFiles {
    private final SaveFiles files;

    MortalSaves(SaveFiles files) {
      this.files = files;
    }

    @Override
    public void makeRoom(Path directory, long bytes) {
      files.makeRoom(directory, bytes);
    }

    @Override
    public void check(Path target) {
      files.check(target);
    }

    @Override
    public FileOutputStream create(Path partial) {
      pass("before the file of a save is made");
      FileOutputStream made = files.create(partial);
      if (!passes("after the file of a save was made")) {
        MortalFiles.close(made);
        throw new Died();
      }
      return made;
    }

    @Override
    public Optional<Written> settle(Path partial, LaunchRecord launch) {
      return around(
          "the file of a save is brought to the disk", () -> files.settle(partial, launch));
    }

    @Override
    public OptionalLong size(Path partial) {
      pass("before the file of a save is measured");
      return files.size(partial);
    }

    @Override
    public void complete(Path partial, Path target, Facts facts) {
      around("a save gets its name", () -> files.complete(partial, target, facts));
    }

    @Override
    public boolean isOf(Path target, JobId job) {
      pass("before a saved machine is looked for");
      return files.isOf(target, job);
    }

    @Override
    public void discard(Path partial, Path target, JobId job) {
      around("the file of a save is removed", () -> files.discard(partial, target, job));
    }

    @Override
    public void discardOwn(Path partial, Path target, JobId job) {
      around("the file of a save is removed", () -> files.discardOwn(partial, target, job));
    }

    @Override
    public SavedMachine readAll(Path file) {
      return files.readAll(file);
    }

    @Override
    public SavedMachine read(Path file) {
      return files.read(file);
    }
  }

  private final class MortalBackups implements BackupFiles {
    private final BackupFiles files;

    MortalBackups(BackupFiles files) {
      this.files = files;
    }

    @Override
    public List<BackupFolder> scan(Path directory) {
      return files.scan(directory);
    }

    @Override
    public Optional<BackupFolder> look(Path folder) {
      return files.look(folder);
    }

    @Override
    public Instant written(Path image) {
      return files.written(image);
    }

    @Override
    public void check(Path directory, BackupName name) {
      files.check(directory, name);
    }

    @Override
    public void makeFolder(Path partial) {
      around("a backup's folder is made", () -> files.makeFolder(partial));
    }

    @Override
    public RandomAccessFile create(Path image) {
      pass("before a backup's image is made");
      return files.create(image);
    }

    @Override
    public boolean isThere(Path partial) {
      pass("before a backup's folder is looked for");
      return files.isThere(partial);
    }

    @Override
    public boolean hasImages(Backup backup) {
      return files.hasImages(backup);
    }

    @Override
    public void requireComplete(Path folder, JobId job) {
      files.requireComplete(folder, job);
    }

    @Override
    public boolean isOf(Path folder, JobId job) {
      return files.isOf(folder, job);
    }

    @Override
    public void setAside(Path folder, Path aside, JobId job) {
      around("a backup is set aside", () -> files.setAside(folder, aside, job));
    }

    @Override
    public void force(Path image) {
      around("a backup's image is brought to the disk", () -> files.force(image));
    }

    @Override
    public Backup.Content content(Path image, long diskBytes) {
      return around("a backup's image is read", () -> files.content(image, diskBytes));
    }

    @Override
    public Backup.Content content(FileDescriptor image, long diskBytes, long most) {
      return around("a given file is read", () -> files.content(image, diskBytes, most));
    }

    @Override
    public void complete(Path partial, Backup backup) {
      around("a backup gets its name", () -> files.complete(partial, backup));
    }

    @Override
    public void discard(Path partial) {
      around("a backup's folder is removed", () -> files.discard(partial));
    }
  }

  private final class MortalFiles implements DumpFiles {
    private final DumpFiles files;

    MortalFiles(DumpFiles files) {
      this.files = files;
    }

    @Override
    public void check(Path target, MemoryDump.Existing existing) {
      files.check(target, existing);
    }

    @Override
    public FileOutputStream create(Path partial) {
      pass("before a dump's file is made");
      FileOutputStream made = files.create(partial);
      if (!passes("after a dump's file was made")) {
        close(made);
        throw new Died();
      }
      return made;
    }

    private static void close(FileOutputStream file) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public OptionalLong size(Path partial) {
      return files.size(partial);
    }

    @Override
    public void keep(Path partial, Path target, MemoryDump.Existing existing) {
      pass("before a dump gets its name");
      files.keep(partial, target, existing);
      pass("after a dump has got its name");
    }

    @Override
    public void discard(Path partial) {
      pass("before a dump's file is removed");
      files.discard(partial);
      pass("after a dump's file was removed");
    }
  }

  private final class MortalStore implements Store {
    private final Store store;

    MortalStore(Store store) {
      this.store = store;
    }

    @Override
    public StoreContents contents() {
      return store.contents();
    }

    @Override
    public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
      if (commit.changes().isEmpty()) {
        return death.isDone() ? new CompletableFuture<>() : store.commit(commit);
      }
      String what = "the commit of " + commit.changes();
      if (!passes("before " + what)) {
        return new CompletableFuture<>();
      }
      return store
          .commit(commit)
          .thenCompose(
              events ->
                  passes("after " + what)
                      ? CompletableFuture.completedFuture(events)
                      : new CompletableFuture<>());
    }

    @Override
    public List<DomainEvent> eventsAfter(long sequence, int limit) {
      return store.eventsAfter(sequence, limit);
    }

    @Override
    public EventRange eventRange() {
      return store.eventRange();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private final class MortalProcess implements QemuProcess {
    private final QemuProcess process;

    MortalProcess(QemuProcess process) {
      this.process = process;
    }

    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public void terminate() {
      around("SIGTERM", process::terminate);
    }

    @Override
    public void kill() {
      around("SIGKILL", process::kill);
    }

    @Override
    public Condition condition() {
      return process.condition();
    }

    @Override
    public Optional<ProcessUsage> usage(Set<Long> threads) {
      return process.usage(threads);
    }

    @Override
    public CompletableFuture<ProcessExit> exit() {
      return process.exit();
    }
  }

  private final class MortalLauncher implements MachineLauncher {
    private final MachineLauncher launcher;

    MortalLauncher(MachineLauncher launcher) {
      this.launcher = launcher;
    }

    @Override
    public LaunchRecord plan(
        UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held) {
      return around("plan", () -> launcher.plan(domain, definitionRevision, definition, held));
    }

    @Override
    public LaunchRecord planStandIn(
        UUID domain, long definitionRevision, DomainName name, List<Disk> disks) {
      return around(
          "the plan of a stand-in",
          () -> launcher.planStandIn(domain, definitionRevision, name, disks));
    }

    @Override
    public Machine launch(
        LaunchRecord launch,
        HeldResources held,
        Clearance clearance,
        QmpEventListener events,
        Deadline deadline)
        throws InterruptedException {
      clearance.await();
      pass("before launch");
      makeRunDirectory(launch);
      pass("within launch, with a run directory and no process");
      Machine machine = launcher.launch(launch, held, () -> {}, events, deadline);
      pass("after launch");
      return new Machine(launch, new MortalProcess(machine.process()), machine.qmp());
    }

    @Override
    public LaunchRecord planAgain(
        LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held) {
      return around("plan", () -> launcher.planAgain(saved, cpu, qemu, held));
    }

    @Override
    public Machine restore(
        LaunchRecord launch,
        Path state,
        TakeOver takeOver,
        HeldResources held,
        Clearance clearance,
        QmpEventListener events,
        Deadline deadline)
        throws InterruptedException {
      clearance.await();
      pass("before the launch of a restore");
      makeRunDirectory(launch);
      pass("within the launch of a restore, with a run directory and no process");
      Machine machine = launcher.restore(launch, state, takeOver, held, () -> {}, events, deadline);
      pass("after the launch of a restore");
      return new Machine(launch, new MortalProcess(machine.process()), machine.qmp());
    }

    @Override
    public LaunchRecord planArrival(ArrivingMachine arriving, long revision, HeldResources held) {
      return launcher.planArrival(arriving, revision, held);
    }

    @Override
    public ListeningMachine receive(
        LaunchRecord launch,
        IncomingStream stream,
        StateChannels channels,
        HeldResources held,
        Clearance clearance,
        QmpEventListener events,
        Deadline deadline)
        throws InterruptedException {
      clearance.await();
      pass("before the launch of an arrival");
      makeRunDirectory(launch);
      pass("within the launch of an arrival, with a run directory and no process");
      ListeningMachine listening =
          launcher.receive(launch, stream, channels, held, () -> {}, events, deadline);
      pass("after the launch of an arrival");
      Machine machine = listening.machine();
      return new ListeningMachine(
          new Machine(launch, new MortalProcess(machine.process()), machine.qmp()),
          listening.port());
    }

    @Override
    public DevicePlan planDevice(
        Machine machine,
        LaunchRecord launch,
        Pluggable device,
        HeldResources held,
        Deadline deadline)
        throws InterruptedException {
      pass("before the plan of a device");
      DevicePlan plan = launcher.planDevice(machine, launch, device, held, deadline);
      pass("after the plan of a device");
      return plan;
    }

    @Override
    public void addDevice(
        Machine machine,
        LaunchRecord launch,
        DevicePlan plan,
        HeldResources held,
        Deadline deadline)
        throws InterruptedException {
      for (int i = 0; i < plan.steps().size(); i++) {
        pass("before step " + i + " of attaching a device");
        DevicePlan one =
            new DevicePlan(
                plan.kind(),
                plan.name(),
                plan.steps().subList(i, i + 1),
                plan.devices(),
                plan.places());
        launcher.addDevice(machine, launch, one, held, deadline);
      }
      pass("after the steps of attaching a device");
    }

    @Override
    public MediumPlan planMedium(
        QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline)
        throws InterruptedException {
      MediumPlan plan = launcher.planMedium(qmp, launch, drive, deadline);
      pass("after the plan of a medium");
      return plan;
    }

    @Override
    public void insertMedium(
        QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline)
        throws InterruptedException {
      for (int i = 0; i < plan.steps().size(); i++) {
        pass("before step " + i + " of inserting a medium");
        MediumPlan one = new MediumPlan(plan.drive(), plan.steps().subList(i, i + 1));
        launcher.insertMedium(qmp, launch, one, deadline);
      }
      pass("after the steps of inserting a medium");
    }

    @Override
    public void changed(LaunchRecord launch) {
      around("a note of the record", () -> launcher.changed(launch));
    }

    @Override
    public void watchShare(ServeShare serve, Runnable ended) {
      launcher.watchShare(serve, ended);
    }

    @Override
    public void endShare(LaunchRecord launch, ServeShare serve) {
      around("the end of what serves a share", () -> launcher.endShare(launch, serve));
    }

    private static void makeRunDirectory(LaunchRecord launch) {
      try {
        Files.createDirectories(launch.files().runDirectory());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Identity identify(LaunchRecord launch) {
      Identity identity = launcher.identify(launch);
      return identity instanceof Identity.Alive alive
          ? new Identity.Alive(new MortalProcess(alive.process()))
          : identity;
    }

    @Override
    public CompletableFuture<QmpConnection> reconnect(
        LaunchRecord launch, QemuProcess process, QmpEventListener events) {
      return around("reconnect", () -> launcher.reconnect(launch, process, events));
    }

    @Override
    public CompletableFuture<QmpSchema> schema(Machine machine) {
      return launcher.schema(machine);
    }

    @Override
    public TargetFile prepareTarget(HeldResources held, String disk) {
      return launcher.prepareTarget(held, disk);
    }

    @Override
    public void prepare(LaunchRecord launch, HeldResources held, String name) {
      launcher.prepare(launch, held, name);
    }

    @Override
    public void abort(LaunchRecord launch) {
      pass("before abort");
      FakeLauncher.beginAbort(launch);
      pass("within abort, with the run directory aside and nothing signalled");
      launcher.abort(launch);
      pass("after abort");
    }

    @Override
    public void endUnreadable(UUID domain, String incarnation, Duration grace) {
      around(
          "the end of an unreadable machine",
          () -> launcher.endUnreadable(domain, incarnation, grace));
    }

    @Override
    public HostLinks links() {
      return launcher.links();
    }

    @Override
    public void removeRunDirectory(LaunchRecord launch) {
      around("the removal of a run directory", () -> launcher.removeRunDirectory(launch));
    }

    @Override
    public Path logDirectory(UUID domain) {
      return launcher.logDirectory(domain);
    }

    @Override
    public void removeFiles(UUID domain) {
      around("the removal of logs", () -> launcher.removeFiles(domain));
    }
  }
}
