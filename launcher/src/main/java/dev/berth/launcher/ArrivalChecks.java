package dev.berth.launcher;

import dev.berth.machine.LaunchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Holds a machine of another host against what a QEMU here can be. Pure. */
final class ArrivalChecks {
  /** Models that are whatever the host, or QEMU, can be. */
  private static final Set<String> HOSTS = Set.of("host", "max");

  private ArrivalChecks() {}

  /** What speaks against it, each that does. */
  static List<String> of(LaunchRecord source, QemuInstall qemu) {
    List<String> obstacles = ofQemu(source, qemu);
    if (!source.served().isEmpty()) {
      obstacles.add("the state of its shares is not QEMU's to send; detach them first");
    }
    if (source.inherited().stream().anyMatch(file -> file.template().isPresent())) {
      obstacles.add("its UEFI variables are in the other host's own directory, and do not move");
    }
    return obstacles;
  }

  /** What of that has to do with the QEMU alone. */
  static List<String> ofQemu(LaunchRecord source, QemuInstall qemu) {
    List<String> obstacles = new ArrayList<>();
    QemuCapabilities here = qemu.capabilities();
    String type = source.hardware().machineType();
    if (here.machines().stream().noneMatch(known -> known.name().equals(type))) {
      obstacles.add("QEMU " + here.version() + " here knows no machine type '" + type + "'");
    }
    String model = source.hardware().model();
    if (!HOSTS.contains(model) && !here.cpuModels().contains(model)) {
      obstacles.add(
          "QEMU "
              + here.version()
              + " here knows no CPU model '"
              + model
              + "'; start it with one that both know");
    }
    if (older(here.version(), source.qemu().version())) {
      obstacles.add(
          "QEMU here is "
              + here.version()
              + ", and takes no state of the newer "
              + source.qemu().version());
    }
    return obstacles;
  }

  /** Whether that is of an older series; within one series QEMU goes both ways. */
  private static boolean older(String here, String there) {
    int[] mine = series(here);
    int[] others = series(there);
    return mine[0] < others[0] || mine[0] == others[0] && mine[1] < others[1];
  }

  private static int[] series(String version) {
    String[] parts = version.split("[.]", 3);
    return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
  }
}
