package dev.berth.engine.device;

import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.definition.SmallDevice;
import dev.berth.engine.step.Plugging;
import dev.berth.host.DeviceSummary;
import dev.berth.host.EditScope;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import dev.berth.machine.SerialSockets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A device of a domain, as its machine's record and its definition have it.
 *
 * @param name its name
 * @param device what the machine has; empty when it has none of the name
 * @param steps that made it and what is behind it, as far as these are not on the command line
 * @param defined what the definition has; empty when it has none of the name
 * @param leaving the job that takes it out
 */
public record DeviceRow(
    String name,
    Optional<DeviceRecord> device,
    List<AssemblyStep> steps,
    Optional<Pluggable> defined,
    Optional<JobId> leaving) {

  /** Those of the machine in their order, then those of the definition alone. Pure. */
  public static List<DeviceRow> of(
      DeviceKind kind,
      Optional<LaunchRecord> launch,
      Optional<DomainDefinition> definition,
      List<Job> jobs) {
    List<DeviceRow> rows = new ArrayList<>();
    List<? extends Pluggable> defined = definition.map(kind::in).orElse(List.of());
    launch.ifPresent(
        it ->
            PluggedDevice.devices(it, kind)
                .forEach(device -> rows.add(live(kind, it, device, defined, jobs))));
    for (Pluggable each : defined) {
      if (rows.stream().noneMatch(known -> known.name().equals(each.name()))) {
        rows.add(
            new DeviceRow(
                each.name(), Optional.empty(), List.of(), Optional.of(each), Optional.empty()));
      }
    }
    return List.copyOf(rows);
  }

  private static DeviceRow live(
      DeviceKind kind,
      LaunchRecord launch,
      DeviceRecord device,
      List<? extends Pluggable> defined,
      List<Job> jobs) {
    String name = PluggedDevice.name(kind, device);
    return new DeviceRow(
        name,
        Optional.of(device),
        PluggedDevice.steps(launch, device),
        defined.stream().filter(it -> it.name().equals(name)).<Pluggable>map(it -> it).findFirst(),
        jobs.stream().filter(job -> takesOut(job, kind, name)).map(Job::id).findFirst());
  }

  private static boolean takesOut(Job job, DeviceKind kind, String name) {
    return job.target().kind() == Plugging.of(kind).job()
        && !job.status().state().isEnded()
        && job.target().subject().equals(name);
  }

  /** Where in the machine it is. */
  Optional<String> place() {
    return device.map(DeviceRecord::bus).filter(bus -> !bus.isEmpty());
  }

  /** Who has it. */
  EditScope scope() {
    if (device.isEmpty()) {
      return EditScope.CONFIG;
    }
    return defined.isPresent() ? EditScope.BOTH : EditScope.LIVE;
  }

  /** A device that is no disk and no network interface, for callers. */
  public DeviceSummary summary() {
    return new DeviceSummary(
        name,
        device
            .map(DeviceRecord::kind)
            .or(() -> defined.map(it -> ((SmallDevice) it).type().word()))
            .orElseThrow(),
        scope(),
        place(),
        SerialSockets.of(steps),
        leaving);
  }
}
