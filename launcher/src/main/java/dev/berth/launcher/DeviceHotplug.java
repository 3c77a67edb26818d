package dev.berth.launcher;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.Nic;
import dev.berth.definition.Pluggable;
import dev.berth.definition.Share;
import dev.berth.definition.SmallDevice;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Plans a device for a machine that runs, by what plans the devices of a start. The machine's
 * record tells what is taken: its spare places, its controllers.
 */
final class DeviceHotplug {
  private static final VirtiofsdFinder SHARE_SERVERS =
      new VirtiofsdFinder(VirtiofsdFinder.DIRECTORIES);

  private DeviceHotplug() {}

  /**
   * Looks at what the device needs, and plans.
   *
   * @param fdsets the numbers that QEMU or the record has in use
   * @throws dev.berth.error.InvalidDefinitionException when that cannot be used
   * @throws UnsupportedException when the bus takes nothing while the machine runs
   * @throws dev.berth.error.InvalidStateException when no place is free
   * @throws InterruptedException when the caller is interrupted while a share's server tells its
   *     version
   */
  static DevicePlan plan(
      LaunchRecord launch, Pluggable device, Collection<Integer> fdsets, HeldResources held)
      throws InterruptedException {
    MachineDraft draft = MachineDraft.after(fdsets.stream().reduce(0, Integer::max));
    PciSlots.SparePlaces places = PciSlots.spareOf(launch);
    switch (device.kind()) {
      case DISK -> disk(launch, (Disk) device, draft, places, held);
      case NIC -> nic(launch, (Nic) device, draft, places, held);
      case SHARE -> new ShareHotplug(launch, draft, places).plan((Share) device, SHARE_SERVERS);
      case DEVICE -> new SmallDeviceHotplug(launch, draft, places).plan((SmallDevice) device);
    }
    return new DevicePlan(
        device.kind(), device.name(), draft.assembly(), draft.devices(), places.taken());
  }

  private static void disk(
      LaunchRecord launch,
      Disk disk,
      MachineDraft draft,
      PciSlots.SparePlaces places,
      HeldResources held) {
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
      throw DeviceDocument.problems(disk, problems);
    }
    DiskPlanner planner = new DiskPlanner(draft, places, images.facts());
    launch.devices().stream()
        .filter(device -> device.kind().equals(DiskPlanner.SCSI_CONTROLLER))
        .forEach(device -> planner.onControllerOfTheMachine(device.id()));
    planner.add(disk, Optional.empty());
  }

  private static void nic(
      LaunchRecord launch,
      Nic nic,
      MachineDraft draft,
      PciSlots.SparePlaces places,
      HeldResources held) {
    List<Problem> problems = new ArrayList<>();
    VhostNet vhost = VhostNet.of(VhostNet.DEVICE, List.of(nic));
    NetworkChecks.check(List.of(nic), held, NetworkChecks.processStatus(), vhost, problems);
    PortChecks.check(List.of(nic), problems);
    UUID domain = launch.subject().domain();
    if (hasMac(launch, DevicePlanner.mac(nic, domain))) {
      problems.add(
          Problem.at("mac", "another interface of the machine has this address: choose another"));
    }
    if (!problems.isEmpty()) {
      throw DeviceDocument.problems(nic, problems);
    }
    new DevicePlanner(draft, places).nic(nic, domain, Optional.empty(), vhost);
  }

  private static boolean hasMac(LaunchRecord launch, String mac) {
    return launch.assembly().stream()
        .filter(Execute.class::isInstance)
        .anyMatch(step -> ((Execute) step).arguments().path("mac").asText().equals(mac));
  }
}
