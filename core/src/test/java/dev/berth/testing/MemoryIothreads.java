package dev.berth.testing;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.Pluggable;
import dev.berth.definition.SmallDevice;
import dev.berth.error.InvalidStateException;
import dev.berth.error.Problem;
import java.util.List;
import java.util.Optional;

/** Threads that serve disks, of the machines of a {@link MemoryHost}. */
final class MemoryIothreads {
  private MemoryIothreads() {}

  /** Whether the machine has a device of that name which is such a thread. */
  static boolean isOne(MemoryDomain domain, DeviceKind kind, String name) {
    return domain.devices(kind).get(name) instanceof SmallDevice.Iothread;
  }

  /** Refuses a disk that a thread is to serve which the machine has not. */
  static void check(MemoryDomain domain, Pluggable device) {
    if (device instanceof Disk disk) {
      disk.attachment()
          .iothread()
          .map(SmallDevice.Iothread::new)
          .filter(thread -> !domain.devices(DeviceKind.DEVICE).containsKey(thread.name()))
          .ifPresent(
              thread -> {
                throw DeviceDocument.problems(
                    disk, List.of(Problem.at("iothread", "the machine has none of that name")));
              });
    }
  }

  static void refuseIfItServes(MemoryDomain domain, String thread) {
    Optional<Disk> served =
        domain.devices(DeviceKind.DISK).values().stream()
            .map(Disk.class::cast)
            .filter(
                disk ->
                    disk.attachment()
                        .iothread()
                        .map(name -> new SmallDevice.Iothread(name).name())
                        .equals(Optional.of(thread)))
            .findFirst();
    if (served.isPresent()) {
      throw new InvalidStateException(
          "It serves disk '" + served.get().name() + "'. Detach that first.");
    }
  }
}
