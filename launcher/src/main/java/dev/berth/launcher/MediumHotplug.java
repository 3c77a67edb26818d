package dev.berth.launcher;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Disk;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.DeviceSetting;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Plans a medium for a drive of a machine that runs, by what plans the disks of a start. */
final class MediumHotplug {
  private MediumHotplug() {}

  /**
   * Looks at the image, and plans.
   *
   * @param drive with the medium in it
   * @param fdsets the numbers that QEMU or the record has in use
   * @throws dev.berth.error.InvalidDefinitionException when the image cannot be used
   */
  static MediumPlan plan(LaunchRecord launch, Disk drive, Collection<Integer> fdsets) {
    List<Problem> problems = new ArrayList<>();
    ImageChecks images = new ImageChecks(problems);
    try (HeldResources none = HeldResources.none()) {
      images.check(List.of(drive), none);
    }
    if (!problems.isEmpty()) {
      throw DeviceDocument.problems(drive, problems);
    }
    DeviceRecord device =
        launch.devices().stream()
            .filter(each -> each.kind().equals("cdrom") && each.name().equals(drive.name()))
            .findFirst()
            .orElseThrow();
    MachineDraft draft = MachineDraft.after(fdsets.stream().reduce(0, Integer::max));
    DeviceRecord filled =
        new DiskPlanner(draft, PciSlots.spareOf(launch), images.facts())
            .insert(drive, device, limits(launch, device));
    return new MediumPlan(filled, draft.assembly());
  }

  /** The limits that the drive has had; QEMU sets none of a drive without a medium. */
  private static Optional<Execute> limits(LaunchRecord launch, DeviceRecord device) {
    return launch.assembly().stream()
        .filter(step -> DeviceSetting.isOf(step, device.id()))
        .map(Execute.class::cast)
        .filter(step -> step.command().equals(DiskThrottle.COMMAND))
        .findFirst();
  }
}
