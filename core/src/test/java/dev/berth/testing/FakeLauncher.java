package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Devices;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Peripherals.VncAccess;
import dev.berth.definition.Pluggable;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
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
import dev.berth.machine.MachineFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.Relaunch;
import dev.berth.machine.TargetFile;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A launcher whose machines are {@link FakeMachine}s, with real sockets and no QEMU. It can be told
 * to fail or to hang at each of its jobs. Thread-safe.
 */
public final class FakeLauncher implements MachineLauncher {

  /** What can go wrong. */
  public enum Job {
    PLAN,
    LAUNCH,
    PLAN_DEVICE,
    /** When QEMU has taken all steps. */
    ADD_DEVICE,
    END_SHARE,
    IDENTIFY,
    PREPARE,
    ABORT,
    REMOVE_RUN_DIRECTORY,
    REMOVE_LOGS,
    /** When what QEMU has written is looked for. */
    FIND_LOGS
  }

  private static final QmpSchema SCHEMA = TestSchema.of("7.2.22").index();

  private final FakeMachines machines;
  private final QmpLoop loop;
  private final Map<Job, BerthException> failures = new ConcurrentHashMap<>();
  private final Map<Job, CountDownLatch> holds = new ConcurrentHashMap<>();
  private final Map<String, String> unprovable = new ConcurrentHashMap<>();
  private final Map<Path, List<Runnable>> shareWatchers = new ConcurrentHashMap<>();

  /** A launcher of one host process; the machines outlive it. */
  public FakeLauncher(FakeMachines machines, QmpLoop loop) {
    this.machines = machines;
    this.loop = loop;
  }

  /** From now on fails that job. */
  public void fail(Job job, BerthException failure) {
    failures.put(job, failure);
  }

  /** Does that job properly again. */
  public void mend(Job job) {
    failures.remove(job);
  }

  /** From now on does not get on with that job until the latch opens. */
  public void hold(Job job, CountDownLatch until) {
    holds.put(job, until);
  }

  /** From now on cannot tell whether that machine is ours. */
  public void doubt(String incarnation, String reason) {
    unprovable.put(incarnation, reason);
  }

  /** Can tell again. */
  public void trust(String incarnation) {
    unprovable.remove(incarnation);
  }

  @Override
  public LaunchRecord plan(
      UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held) {
    try {
      begin(Job.PLAN);
    } catch (InterruptedException e) {
      throw new HostFailureException("Planning was interrupted.", e);
    }
    String incarnation = UUID.randomUUID().toString().replace("-", "");
    LaunchRecord launch =
        new LaunchRecord(
            new LaunchRecord.Subject(domain, definition.name(), definitionRevision, incarnation),
            new LaunchRecord.Qemu(Path.of("/usr/bin/fake-qemu"), machines.version()),
            new LaunchRecord.Hardware(
                "pc-q35-7.2",
                "max",
                definition.compute().cpus(),
                definition.compute().memory(),
                "tcg",
                "it is only pretended"),
            argv(definition),
            List.of(),
            devices(definition),
            new MachineFiles(
                machines.runDirectory(incarnation),
                machines.logDirectory(domain.toString()),
                definition.devices().consoleLogLimit()));
    return FakeDevices.with(launch, definition);
  }

  @Override
  public LaunchRecord planStandIn(
      UUID domain, long definitionRevision, DomainName name, List<Disk> disks) {
    try {
      begin(Job.PLAN);
    } catch (InterruptedException e) {
      throw new HostFailureException("Planning was interrupted.", e);
    }
    String incarnation = UUID.randomUUID().toString().replace("-", "");
    return FakeDevices.standIn(
        new LaunchRecord(
            new LaunchRecord.Subject(domain, name, definitionRevision, incarnation),
            new LaunchRecord.Qemu(Path.of("/usr/bin/fake-qemu"), machines.version()),
            new LaunchRecord.Hardware(
                LaunchRecord.STAND_IN, "", 0, new ByteSize(0), "", "it is only pretended"),
            List.of("/usr/bin/fake-qemu", "-S"),
            List.of(),
            List.of(),
            new MachineFiles(
                machines.runDirectory(incarnation),
                machines.logDirectory(domain.toString()),
                new ByteSize(Long.MAX_VALUE))),
        disks);
  }

  private static List<String> argv(DomainDefinition definition) {
    List<String> argv = new ArrayList<>(List.of("/usr/bin/fake-qemu", "-S"));
    if (definition.devices().peripherals().vnc() == VncAccess.PASSWORD) {
      argv.addAll(List.of("-vnc", "unix:/vnc" + LaunchRecord.VNC_PASSWORD));
    }
    definition
        .compute()
        .maxMemory()
        .ifPresent(most -> argv.addAll(List.of("-m", "maxmem=" + (most.bytes() >> 20) + "M")));
    if (definition.compute().backing().isMappable()
        || !definition.devices().peripherals().shares().isEmpty()) {
      argv.add(FakeDevices.MAPPABLE);
    }
    return argv;
  }

  @Override
  public DevicePlan planDevice(
      Machine machine,
      LaunchRecord launch,
      Pluggable device,
      HeldResources held,
      Deadline deadline) {
    try {
      begin(Job.PLAN_DEVICE);
    } catch (InterruptedException e) {
      throw new HostFailureException("Planning was interrupted.", e);
    }
    return FakeDevices.plan(launch, device);
  }

  @Override
  public void addDevice(
      Machine machine, LaunchRecord launch, DevicePlan plan, HeldResources held, Deadline deadline)
      throws InterruptedException {
    for (AssemblyStep step : plan.steps()) {
      if (step instanceof ServeShare serve) {
        machines.find(launch.incarnation()).ifPresent(it -> it.backplane().serve(serve));
      } else {
        take(machine.qmp(), List.of(step), "Cannot attach '" + plan.name() + "': ", deadline);
      }
    }
    begin(Job.ADD_DEVICE);
  }

  private static void take(
      QmpConnection qmp, List<AssemblyStep> steps, String cannot, Deadline deadline)
      throws InterruptedException {
    for (AssemblyStep step : steps) {
      if (!(step instanceof Execute execute)) {
        continue; // a file that is passed, which is none here
      }
      try {
        qmp.execute(new Plain(execute.command(), execute.arguments()), deadline);
      } catch (QemuRefusedException refused) {
        throw new HostFailureException(cannot + refused.description() + ".", refused);
      }
    }
  }

  @Override
  public MediumPlan planMedium(
      QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline) {
    return FakeDevices.insertion(launch, drive);
  }

  @Override
  public void insertMedium(
      QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline)
      throws InterruptedException {
    take(qmp, plan.steps(), "Cannot insert a medium: ", deadline);
  }

  @Override
  public void changed(LaunchRecord launch) {
    machines.find(launch.incarnation()).ifPresent(machine -> machine.changed(launch));
  }

  @Override
  public void watchShare(ServeShare serve, Runnable ended) {
    shareWatchers.computeIfAbsent(serve.socket(), none -> new CopyOnWriteArrayList<>()).add(ended);
  }

  /** What serves a share of that machine ends; everybody is told who has ever watched it. */
  public void endShare(String incarnation, String share) {
    FakeMachine machine = machines.find(incarnation).orElseThrow();
    machine.backplane().endServer(share);
    shareWatchers
        .getOrDefault(machine.launch().files().shareSocket(share), List.of())
        .forEach(Runnable::run);
  }

  @Override
  public void endShare(LaunchRecord launch, ServeShare serve) {
    try {
      begin(Job.END_SHARE);
    } catch (InterruptedException e) {
      throw new HostFailureException("Ending was interrupted.", e);
    }
    machines.find(launch.incarnation()).ifPresent(it -> it.backplane().endServer(serve.share()));
    List<Runnable> told = shareWatchers.remove(serve.socket());
    if (told != null) { // it ends once
      told.forEach(Runnable::run);
    }
  }

  private record Plain(String command, ObjectNode arguments) implements QmpCommand<JsonNode> {
    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }

  private static List<LaunchRecord.DeviceRecord> devices(DomainDefinition definition) {
    List<LaunchRecord.DeviceRecord> devices = new ArrayList<>();
    if (definition.devices().guestAgent() == Devices.Presence.PRESENT) {
      devices.add(
          new LaunchRecord.DeviceRecord(LaunchRecord.AGENT_PORT, "agent", "", "", List.of()));
    }
    if (definition.devices().peripherals().video().isPresent()) {
      devices.add(
          new LaunchRecord.DeviceRecord("video", LaunchRecord.VIDEO, "", "pcie.0:1d", List.of()));
    }
    return devices;
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
    boolean launched = false;
    try {
      begin(Job.LAUNCH);
      FakeMachine process = machines.start(launch);
      QmpConnection qmp =
          connected(
              loop.connect(
                  launch.files().qmpSocket(), deadline.remaining(), process.exit(), events));
      launched = true;
      return new Machine(launch, process, qmp);
    } finally {
      if (!launched) {
        abort(launch);
      }
    }
  }

  @Override
  public LaunchRecord planAgain(LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held) {
    try {
      begin(Job.PLAN);
    } catch (InterruptedException e) {
      throw new HostFailureException("Planning was interrupted.", e);
    }
    String incarnation = UUID.randomUUID().toString().replace("-", "");
    LaunchRecord again = Relaunch.of(saved, incarnation);
    return new LaunchRecord(
        again.subject(),
        again.qemu(),
        again.hardware(),
        again.argv(),
        again.assembly(),
        again.devices(),
        new MachineFiles(
            machines.runDirectory(incarnation),
            saved.files().logDirectory(),
            saved.files().consoleLogLimit()),
        again.inherited());
  }

  /** Loads nothing. */
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
    Machine machine = launch(launch, held, clearance, events, deadline);
    machines.find(launch.incarnation()).orElseThrow().runState("paused");
    return machine;
  }

  @Override
  public LaunchRecord planArrival(ArrivingMachine arriving, long revision, HeldResources held) {
    try {
      begin(Job.PLAN);
    } catch (InterruptedException e) {
      throw new HostFailureException("Planning was interrupted.", e);
    }
    LaunchRecord source = arriving.source();
    String incarnation = UUID.randomUUID().toString().replace("-", "");
    return Relaunch.moved(
        source,
        new LaunchRecord.Subject(
            source.subject().domain(), source.subject().name(), revision, incarnation),
        new LaunchRecord.Qemu(source.qemu().binary(), machines.version()),
        new MachineFiles(
            machines.runDirectory(incarnation),
            machines.logDirectory(source.subject().domain().toString()),
            source.files().consoleLogLimit()));
  }

  /** Takes in nothing by itself. */
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
    Machine machine = launch(launch, held, clearance, events, deadline);
    machines.find(launch.incarnation()).orElseThrow().runState("inmigrate");
    return new ListeningMachine(
        machine,
        stream instanceof IncomingStream.Encrypted encrypted
            ? OptionalInt.of(encrypted.firstPort())
            : OptionalInt.empty());
  }

  private static QmpConnection connected(CompletableFuture<QmpConnection> connecting)
      throws InterruptedException {
    try {
      return connecting.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BerthException ours
          ? ours
          : new HostFailureException("Cannot connect: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new DeadlineExceededException("The fake QEMU does not answer.", e);
    }
  }

  @Override
  public Identity identify(LaunchRecord launch) {
    try {
      begin(Job.IDENTIFY);
    } catch (InterruptedException e) {
      throw new HostFailureException("Looking was interrupted.", e);
    }
    String reason = unprovable.get(launch.incarnation());
    if (reason != null) {
      return new Identity.Unprovable(reason);
    }
    Optional<FakeMachine> machine = machines.find(launch.incarnation());
    if (machine.isEmpty()) {
      return new Identity.Gone(ProcessExit.UNKNOWN);
    }
    if (machine.get().condition() == QemuProcess.Condition.GONE) {
      return new Identity.Gone(machine.get().exitOnFile());
    }
    return Files.exists(aside(launch))
        ? new Identity.Abandoned()
        : new Identity.Alive(machine.get());
  }

  @Override
  public CompletableFuture<QmpConnection> reconnect(
      LaunchRecord launch, QemuProcess process, QmpEventListener events) {
    Path socket = launch.files().qmpSocket();
    if (!Files.exists(socket)) {
      return CompletableFuture.failedFuture(
          new HostFailureException("Its monitor's socket " + socket + " is gone."));
    }
    return loop.connect(socket, Duration.ofDays(1), process.exit(), events);
  }

  @Override
  public CompletableFuture<QmpSchema> schema(Machine machine) {
    return CompletableFuture.completedFuture(SCHEMA);
  }

  /** Takes every file, and leaves it as it is. */
  @Override
  public TargetFile prepareTarget(HeldResources held, String disk) {
    try {
      int number = FileDescriptorCast.using(held.descriptor(disk).orElseThrow()).as(Integer.class);
      Path place = Files.readSymbolicLink(Path.of("/proc/self/fd", String.valueOf(number)));
      return new TargetFile(TargetFile.Kind.FILE, Files.size(place), place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves the file as it is. */
  @Override
  public void prepare(LaunchRecord launch, HeldResources held, String name) {
    try {
      begin(Job.PREPARE);
    } catch (InterruptedException e) {
      throw new HostFailureException("Preparing was interrupted.", e);
    }
  }

  @Override
  public void abort(LaunchRecord launch) {
    try {
      begin(Job.ABORT);
    } catch (InterruptedException e) {
      throw new HostFailureException("Aborting was interrupted.", e);
    }
    beginAbort(launch);
    machines.find(launch.incarnation()).ifPresent(FakeMachine::kill);
    FakeMachines.delete(aside(launch));
  }

  /** Does of an abort what is done before its first signal. */
  public static void beginAbort(LaunchRecord launch) {
    try {
      Files.move(launch.files().runDirectory(), aside(launch));
    } catch (NoSuchFileException noneOrBegunBefore) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path aside(LaunchRecord launch) {
    Path directory = launch.files().runDirectory();
    return directory.resolveSibling(directory.getFileName() + ".gone");
  }

  @Override
  public void endUnreadable(UUID domain, String incarnation, Duration grace) {
    try {
      begin(Job.ABORT);
    } catch (InterruptedException e) {
      throw new HostFailureException("Ending was interrupted.", e);
    }
    machines.find(incarnation).ifPresent(FakeMachine::kill);
    FakeMachines.delete(machines.runDirectory(incarnation));
  }

  @Override
  public HostLinks links() {
    return HostLinks.NONE;
  }

  @Override
  public void removeRunDirectory(LaunchRecord launch) {
    try {
      begin(Job.REMOVE_RUN_DIRECTORY);
    } catch (InterruptedException e) {
      throw new HostFailureException("Removing was interrupted.", e);
    }
    FakeMachines.delete(launch.files().runDirectory());
  }

  @Override
  public Path logDirectory(UUID domain) {
    try {
      begin(Job.FIND_LOGS);
    } catch (InterruptedException e) {
      throw new HostFailureException("Looking was interrupted.", e);
    }
    return machines.logDirectory(domain.toString());
  }

  @Override
  public void removeFiles(UUID domain) {
    try {
      begin(Job.REMOVE_LOGS);
    } catch (InterruptedException e) {
      throw new HostFailureException("Removing was interrupted.", e);
    }
    FakeMachines.delete(machines.logDirectory(domain.toString()));
  }

  private void begin(Job job) throws InterruptedException {
    CountDownLatch hold = holds.get(job);
    if (hold != null) {
      hold.await();
    }
    BerthException failure = failures.get(job);
    if (failure != null) {
      throw failure;
    }
  }
}
