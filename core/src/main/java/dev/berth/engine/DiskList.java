package dev.berth.engine;

import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskSource;
import dev.berth.definition.DomainDefinition;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The disks of a domain, as its machine's record and its definition have them. Pure. */
final class DiskList {
  private DiskList() {}

  /** Those of the machine in their order, then those of the definition alone. */
  static List<DiskSummary> of(
      Optional<LaunchRecord> launch, Optional<DomainDefinition> definition, List<Job> jobs) {
    List<DiskSummary> disks = new ArrayList<>();
    launch.ifPresent(
        it ->
            PluggedDevice.devices(it, DeviceKind.DISK)
                .forEach(device -> disks.add(live(it, device, definition, jobs))));
    for (Disk disk : definition.map(DomainDefinition::disks).orElse(List.of())) {
      if (disks.stream().noneMatch(known -> known.name().equals(disk.name()))) {
        disks.add(
            new DiskSummary(
                disk.name(),
                disk.device().name().toLowerCase(Locale.ROOT),
                disk.source().map(DiskList::text),
                EditScope.CONFIG,
                Optional.empty(),
                Optional.empty()));
      }
    }
    return List.copyOf(disks);
  }

  private static DiskSummary live(
      LaunchRecord launch,
      DeviceRecord device,
      Optional<DomainDefinition> definition,
      List<Job> jobs) {
    Optional<Disk> defined = definition.flatMap(known -> known.disk(device.name()));
    Optional<String> plugged =
        PluggedDevice.find(launch, DeviceKind.DISK, device.name())
            .flatMap(disk -> source(disk.steps()));
    return new DiskSummary(
        device.name(),
        device.kind(),
        plugged.or(() -> defined.flatMap(Disk::source).map(DiskList::text)),
        defined.isPresent() ? EditScope.BOTH : EditScope.LIVE,
        Optional.of(device.bus()),
        jobs.stream().filter(job -> takesOut(job, device)).map(Job::id).findFirst());
  }

  private static boolean takesOut(Job job, DeviceRecord device) {
    return job.target().kind() == JobKind.DETACH_DISK
        && !job.status().state().isEnded()
        && job.target().subject().equals(device.name());
  }

  private static Optional<String> source(List<AssemblyStep> steps) {
    return steps.stream().flatMap(step -> source(step).stream()).findFirst();
  }

  private static Optional<String> source(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return Optional.of(pass.file().toString());
    }
    return step instanceof PassGivenFile pass
        ? Optional.of("fd:" + pass.resource())
        : Optional.empty();
  }

  private static String text(DiskSource source) {
    return source instanceof DiskSource.File file
        ? file.path().toString()
        : "fd:" + ((DiskSource.Descriptor) source).name();
  }
}
