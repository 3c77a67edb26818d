package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.domain.ByteSize;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Qemu;
import dev.berth.machine.LaunchRecord.Subject;
import dev.berth.machine.MachineFiles;
import java.util.List;

/**
 * Plans a QEMU that has images open and no guest, by the nodes that a machine has. Those that it
 * opens for reading alone are as they were, whenever it ends. Pure.
 *
 * <p>It has no accelerator of its own choice: no instruction ever runs.
 */
final class StandInPlanner {
  private static final Hardware NO_HARDWARE =
      new Hardware(LaunchRecord.STAND_IN, "", 0, new ByteSize(0), "", "it runs no guest");

  private StandInPlanner() {}

  /** The record of one for those disks. */
  static LaunchRecord plan(
      Subject subject, QemuInstall qemu, MachineFiles files, List<Disk> disks, ImageFacts images) {
    MachineDraft draft = new MachineDraft();
    draft.words(qemu.binary().toString(), "-S", "-no-user-config", "-nodefaults");
    draft.option("-name", OptionText.of("guest", subject.name()).with("debug-threads", "on"));
    draft.words("-machine", LaunchRecord.STAND_IN, "-display", "none");
    LaunchPlanner.sandbox(draft, qemu.capabilities());
    draft.option("-msg", OptionText.of("timestamp", "on"));
    LaunchPlanner.monitor(draft, files);
    disks.forEach(disk -> open(draft, disk, images));
    return new LaunchRecord(
        subject,
        new Qemu(qemu.binary(), qemu.capabilities().version()),
        NO_HARDWARE,
        draft.argv(),
        draft.assembly(),
        draft.devices(),
        files);
  }

  private static void open(MachineDraft draft, Disk disk, ImageFacts images) {
    ImageNodes nodes = new ImageNodes(disk, images);
    nodes
        .below()
        .forEach(below -> draft.open(below.path(), below.stem(), below::file, below.format()));
    disk.file()
        .ifPresent(
            file -> draft.open(file, access(disk), disk.name(), nodes::file, nodes.format()));
    draft.device(new DeviceRecord("disk-" + disk.name(), "disk", disk.name(), "", nodes.names()));
  }

  private static FileAccess access(Disk disk) {
    return disk.access() == Access.READ_WRITE ? FileAccess.READ_WRITE : FileAccess.READ_ONLY;
  }
}
