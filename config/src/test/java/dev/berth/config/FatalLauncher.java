package dev.berth.config;

import dev.berth.config.CrashPoint.Step;
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
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.TargetFile;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.schema.QmpSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A launcher whose work can be the death of the process. */
final class FatalLauncher implements MachineLauncher {
  private static final long POLL_NANOS = 100_000;

  private final MachineLauncher launcher;
  private final Fuse fuse;

  FatalLauncher(MachineLauncher launcher, Fuse fuse) {
    this.launcher = launcher;
    this.fuse = fuse;
  }

  @Override
  public LaunchRecord planStandIn(
      UUID domain, long definitionRevision, DomainName name, List<Disk> disks) {
    return launcher.planStandIn(domain, definitionRevision, name, disks);
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    if (fuse.isFor(CrashPoint.during(Step.LAUNCH))) {
      new Thread(() -> burnOnceThereIsAProcess(launch), "fuse").start();
    }
    Clearance watched =
        () -> {
          clearance.await();
          fuse.reached(CrashPoint.before(Step.LAUNCH));
        };
    Machine machine = launcher.launch(launch, held, watched, events, deadline);
    fuse.reached(CrashPoint.during(Step.LAUNCH));
    fuse.reached(CrashPoint.after(Step.LAUNCH));
    return machine;
  }

  @Override
  public LaunchRecord planAgain(LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held) {
    return launcher.planAgain(saved, cpu, qemu, held);
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
    return launcher.restore(launch, state, takeOver, held, clearance, events, deadline);
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
    return launcher.receive(launch, stream, channels, held, clearance, events, deadline);
  }

  private static void burnOnceThereIsAProcess(LaunchRecord launch) {
    while (!Files.exists(launch.files().pidFile())) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    Fuse.burn();
  }

  @Override
  public void removeFiles(UUID domain) {
    fuse.reached(CrashPoint.before(Step.LOGS));
    launcher.removeFiles(domain);
    fuse.reached(CrashPoint.after(Step.LOGS));
  }

  @Override
  public LaunchRecord plan(
      UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held) {
    return launcher.plan(domain, definitionRevision, definition, held);
  }

  @Override
  public DevicePlan planDevice(
      Machine machine, LaunchRecord launch, Pluggable device, HeldResources held, Deadline deadline)
      throws InterruptedException {
    return launcher.planDevice(machine, launch, device, held, deadline);
  }

  @Override
  public void addDevice(
      Machine machine, LaunchRecord launch, DevicePlan plan, HeldResources held, Deadline deadline)
      throws InterruptedException {
    fuse.reached(CrashPoint.before(Step.ADD_DEVICE));
    for (int i = 0; i < plan.steps().size(); i++) {
      DevicePlan one =
          new DevicePlan(
              plan.kind(),
              plan.name(),
              plan.steps().subList(i, i + 1),
              plan.devices(),
              plan.places());
      launcher.addDevice(machine, launch, one, held, deadline);
      if (i == 0) {
        fuse.reached(CrashPoint.during(Step.ADD_DEVICE));
      }
    }
    fuse.reached(CrashPoint.after(Step.ADD_DEVICE));
  }

  @Override
  public MediumPlan planMedium(
      QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline)
      throws InterruptedException {
    return launcher.planMedium(qmp, launch, drive, deadline);
  }

  @Override
  public void insertMedium(
      QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline)
      throws InterruptedException {
    launcher.insertMedium(qmp, launch, plan, deadline);
  }

  @Override
  public void changed(LaunchRecord launch) {
    launcher.changed(launch);
  }

  @Override
  public void watchShare(ServeShare serve, Runnable ended) {
    launcher.watchShare(serve, ended);
  }

  @Override
  public void endShare(LaunchRecord launch, ServeShare serve) {
    fuse.reached(CrashPoint.before(Step.END_SHARE));
    launcher.endShare(launch, serve);
    fuse.reached(CrashPoint.after(Step.END_SHARE));
  }

  @Override
  public Identity identify(LaunchRecord launch) {
    return launcher.identify(launch);
  }

  @Override
  public CompletableFuture<QmpConnection> reconnect(
      LaunchRecord launch, QemuProcess process, QmpEventListener events) {
    return launcher.reconnect(launch, process, events);
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
    launcher.abort(launch);
  }

  @Override
  public void endUnreadable(UUID domain, String incarnation, Duration grace) {
    launcher.endUnreadable(domain, incarnation, grace);
  }

  @Override
  public HostLinks links() {
    return launcher.links();
  }

  @Override
  public void removeRunDirectory(LaunchRecord launch) {
    launcher.removeRunDirectory(launch);
  }

  @Override
  public Path logDirectory(UUID domain) {
    return launcher.logDirectory(domain);
  }
}
