package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskDocument;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.DiskPlan;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Plans a disk for a machine that runs, by what plans the disks of a start. The machine's record
 * tells what is taken: its spare places, its controllers.
 */
final class DiskHotplug {
  private DiskHotplug() {}

  /**
   * Looks at the disk's image and plans.
   *
   * @param fdsets the numbers that QEMU or the record has in use
   * @throws dev.berth.error.InvalidDefinitionException when the image cannot be used
   * @throws UnsupportedException when the bus takes nothing while the machine runs
   * @throws dev.berth.error.InvalidStateException when no place is free
   */
  static DiskPlan plan(
      LaunchRecord launch, Disk disk, Collection<Integer> fdsets, HeldResources held) {
    if (disk.attachment().bus() == Bus.SATA) {
      throw new UnsupportedException(
          "Cannot attach disk '"
              + disk.name()
              + "' to domain '"
              + launch.subject().name()
              + "' while it runs: a SATA bus takes nothing then. Use 'bus: virtio-scsi', or change"
              + " the definition only, which takes effect at the next boot.");
    }
    List<Problem> problems = new ArrayList<>();
    ImageChecks images = new ImageChecks(problems);
    images.check(List.of(disk), held);
    if (!problems.isEmpty()) {
      throw DiskDocument.problems(disk.name(), problems);
    }
    MachineDraft draft = MachineDraft.after(fdsets.stream().reduce(0, Integer::max));
    PciSlots.SparePlaces places = PciSlots.spareOf(launch);
    DiskPlanner planner = new DiskPlanner(draft, places, images.given());
    if (hasScsi(launch)) {
      planner.onScsiOfTheMachine();
    }
    planner.add(disk, images.protocols().getOrDefault(disk.name(), "file"), Optional.empty());
    return new DiskPlan(disk.name(), draft.assembly(), draft.devices(), places.taken());
  }

  private static boolean hasScsi(LaunchRecord launch) {
    return launch.devices().stream()
        .anyMatch(device -> device.kind().equals(DiskPlanner.SCSI_CONTROLLER));
  }
}
