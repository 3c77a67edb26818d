package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord.Hardware;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether a guest of another host can have here the CPU that it has there.
 *
 * @param obstacle why it cannot; empty when it can, or when nobody told what it has there
 * @param surplus features that it would find here and does not have there: they are to be left out
 */
record ArrivalCpu(Optional<String> obstacle, List<String> surplus) {
  private static final ArrivalCpu AS_IT_IS = new ArrivalCpu(Optional.empty(), List.of());

  /** Copies the list. */
  ArrivalCpu {
    surplus = List.copyOf(surplus);
  }

  /**
   * Finds it out.
   *
   * @throws InterruptedException when the caller is interrupted while QEMU is asked
   */
  static ArrivalCpu of(ArrivingMachine arriving, QemuInstall qemu, CpuProbe probe)
      throws InterruptedException {
    if (!arriving.cpu().isKnown()) {
      return AS_IT_IS; // by a version that does not tell
    }
    Hardware hardware = arriving.source().hardware();
    try {
      GuestCpu here = probe.of(qemu, hardware);
      return here.isKnown() ? of(arriving.cpu(), here, hardware, qemu) : AS_IT_IS;
    } catch (HostFailureException failure) {
      return cannot(
          "its CPU '" + hardware.cpuModel() + "' cannot be had here: " + failure.getMessage());
    }
  }

  /** The same, when it is known what it would have here. */
  static ArrivalCpu of(GuestCpu source, GuestCpu here, Hardware hardware, QemuInstall qemu) {
    if (!source.vendor().equals(here.vendor())) {
      return cannot(
          "its CPU is one of '"
              + source.vendor()
              + "', and would be one of '"
              + here.vendor()
              + "' here: start it with a CPU model that has a name, which is of one vendor"
              + " everywhere");
    }
    List<String> missing = source.missing(here, hardware.accelerator());
    return missing.isEmpty()
        ? new ArrivalCpu(Optional.empty(), source.surplus(here))
        : cannot(
            "its CPU '"
                + hardware.model()
                + "' has "
                + quoted(missing)
                + ", which QEMU "
                + qemu.capabilities().version()
                + " here cannot give it with "
                + hardware.accelerator()
                + ": start it with a CPU model that both hosts have whole, or without that by"
                + " 'cpu-features'");
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }

  private static ArrivalCpu cannot(String why) {
    return new ArrivalCpu(Optional.of(why), List.of());
  }
}
