package dev.berth.engine.device;

import dev.berth.definition.Disk;
import dev.berth.definition.DiskSource;
import dev.berth.host.DiskSummary;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The disks of a domain for callers. Pure. */
public final class DiskList {
  private DiskList() {}

  public static List<DiskSummary> of(List<DeviceRow> rows) {
    return rows.stream().map(DiskList::summary).toList();
  }

  private static DiskSummary summary(DeviceRow row) {
    Optional<Disk> defined = row.defined().map(Disk.class::cast);
    Optional<String> plugged =
        row.steps().stream().flatMap(step -> source(step).stream()).findFirst();
    return new DiskSummary(
        row.name(),
        row.device()
            .map(DeviceRecord::kind)
            .or(() -> defined.map(disk -> disk.device().name().toLowerCase(Locale.ROOT)))
            .orElseThrow(),
        row.device().filter(device -> device.nodes().isEmpty()).isPresent()
            ? Optional.empty()
            : plugged.or(() -> defined.flatMap(Disk::source).map(DiskList::text)),
        row.scope(),
        row.place(),
        row.leaving());
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
    if (source instanceof DiskSource.File file) {
      return file.path().toString();
    }
    return source instanceof DiskSource.Image image
        ? image.name().text()
        : "fd:" + ((DiskSource.Descriptor) source).name();
  }
}
