package dev.berth.engine.device;

import dev.berth.definition.DeviceKind;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockInfo;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qmp.QmpConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What is behind a disk of a machine: its device on record, and what QEMU says of its medium. */
public final class DiskBackend {
  private DiskBackend() {}

  /** The device of the disk of that name, if the machine has it. */
  public static Optional<DeviceRecord> find(LaunchRecord launch, String disk) {
    return PluggedDevice.devices(launch, DeviceKind.DISK).stream()
        .filter(device -> device.name().equals(disk))
        .findFirst();
  }

  /** The device of a disk that the machine has. */
  public static DeviceRecord device(LaunchRecord launch, String disk) {
    return find(launch, disk).orElseThrow(() -> new IllegalStateException("no disk " + disk));
  }

  /** What QEMU says of the disk's medium; empty when there is none. */
  public static CompletableFuture<Optional<BlockDeviceInfo>> query(
      QmpConnection qmp, DeviceRecord device) {
    Optional<String> backend = Optional.of(DiskThrottle.backend(device));
    return qmp.send(new QueryBlock())
        .thenApply(
            all ->
                all.stream()
                    .filter(each -> each.qdev().equals(backend))
                    .findFirst()
                    .flatMap(BlockInfo::inserted));
  }
}
