package dev.berth.bench;

import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
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
import dev.berth.machine.MachineFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.ProcessUsage;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.TargetFile;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import dev.berth.schema.QmpSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gives each launch the next monitor of a {@link FleetPeer}, and counts the events that come from
 * them all. The machines never end.
 */
final class FleetLauncher implements MachineLauncher {
  private final Path directory;
  private final QmpLoop loop;
  private final AtomicInteger next = new AtomicInteger();
  private final LongAdder events = new LongAdder();
  private final LongAdder missed = new LongAdder();

  FleetLauncher(Path directory, QmpLoop loop) {
    this.directory = directory;
    this.loop = loop;
  }

  /** Events that have reached the engine. */
  long events() {
    return events.sum();
  }

  /** Events that the engine was told it has not been given. */
  long missed() {
    return missed.sum();
  }

  @Override
  public LaunchRecord plan(
      UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held) {
    String incarnation = UUID.randomUUID().toString().replace("-", "");
    return new LaunchRecord(
        new LaunchRecord.Subject(domain, definition.name(), definitionRevision, incarnation),
        new LaunchRecord.Qemu(Path.of("/usr/bin/fleet-peer"), "7.2.22"),
        new LaunchRecord.Hardware(
            "pc-q35-7.2",
            "max",
            definition.compute().cpus(),
            definition.compute().memory(),
            "tcg",
            "it is only pretended"),
        List.of("/usr/bin/fleet-peer"),
        List.of(),
        List.of(),
        new MachineFiles(
            directory.resolve("run-" + incarnation),
            directory.resolve("log"),
            definition.devices().consoleLogLimit()));
  }

  @Override
  public LaunchRecord planStandIn(
      UUID domain, long definitionRevision, DomainName name, List<Disk> disks) {
    throw new UnsupportedOperationException("no disks here");
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener listener,
      Deadline deadline)
      throws InterruptedException {
    clearance.await();
    int number = next.getAndIncrement();
    QmpConnection qmp =
        loop.connect(
                FleetPeer.socket(directory, number), Duration.ofSeconds(60), counting(listener))
            .join();
    return new Machine(launch, new Endless(number), qmp);
  }

  private QmpEventListener counting(QmpEventListener listener) {
    return new QmpEventListener() {
      @Override
      public void event(QmpEvent event) {
        events.increment();
        listener.event(event);
      }

      @Override
      public void missed(long count) {
        missed.add(count);
        listener.missed(count);
      }
    };
  }

  @Override
  public DevicePlan planDevice(
      Machine machine,
      LaunchRecord launch,
      Pluggable device,
      HeldResources held,
      Deadline deadline) {
    return new DevicePlan(device.kind(), device.name(), List.of(), List.of(), Set.of());
  }

  @Override
  public void addDevice(
      Machine machine,
      LaunchRecord launch,
      DevicePlan plan,
      HeldResources held,
      Deadline deadline) {}

  @Override
  public LaunchRecord planAgain(LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held) {
    throw new UnsupportedOperationException("nothing is saved");
  }

  @Override
  public LaunchRecord planArrival(ArrivingMachine arriving, long revision, HeldResources held) {
    throw new UnsupportedOperationException("nothing comes here");
  }

  @Override
  public ListeningMachine receive(
      LaunchRecord launch,
      IncomingStream stream,
      StateChannels channels,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline) {
    throw new UnsupportedOperationException("nothing comes here");
  }

  @Override
  public Machine restore(
      LaunchRecord launch,
      Path state,
      TakeOver takeOver,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline) {
    throw new UnsupportedOperationException("nothing is saved");
  }

  @Override
  public MediumPlan planMedium(
      QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline) {
    throw new UnsupportedOperationException("no drives here");
  }

  @Override
  public void insertMedium(
      QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline) {}

  @Override
  public void changed(LaunchRecord launch) {}

  @Override
  public void watchShare(ServeShare serve, Runnable ended) {}

  @Override
  public void endShare(LaunchRecord launch, ServeShare serve) {}

  @Override
  public Identity identify(LaunchRecord launch) {
    return new Identity.Gone(ProcessExit.UNKNOWN);
  }

  @Override
  public CompletableFuture<QmpConnection> reconnect(
      LaunchRecord launch, QemuProcess process, QmpEventListener listener) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<QmpSchema> schema(Machine machine) {
    return new CompletableFuture<>();
  }

  @Override
  public TargetFile prepareTarget(HeldResources held, String disk) {
    throw new UnsupportedOperationException("no file is given");
  }

  @Override
  public void prepare(LaunchRecord launch, HeldResources held, String name) {
    throw new UnsupportedOperationException("no file is given");
  }

  @Override
  public void abort(LaunchRecord launch) {}

  @Override
  public void endUnreadable(UUID domain, String incarnation, Duration grace) {}

  @Override
  public HostLinks links() {
    return HostLinks.NONE;
  }

  @Override
  public void removeRunDirectory(LaunchRecord launch) {}

  @Override
  public Path logDirectory(UUID domain) {
    return directory.resolve("log");
  }

  @Override
  public void removeFiles(UUID domain) {}

  private record Endless(long pid) implements QemuProcess {
    @Override
    public void terminate() {}

    @Override
    public void kill() {}

    @Override
    public Condition condition() {
      return Condition.ALIVE;
    }

    @Override
    public Optional<ProcessUsage> usage(Set<Long> threads) {
      return Optional.empty();
    }

    @Override
    public CompletableFuture<ProcessExit> exit() {
      return new CompletableFuture<>();
    }
  }
}
