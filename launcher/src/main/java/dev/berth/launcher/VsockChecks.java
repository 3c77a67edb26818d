package dev.berth.launcher;

import dev.berth.definition.Peripherals;
import dev.berth.error.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks at the kernel's side of sockets between host and guest. Stateless. */
final class VsockChecks {
  /** What QEMU opens for a vsock device. */
  static final Path DEVICE = Path.of("/dev/vhost-vsock");

  private VsockChecks() {}

  /** Adds a problem when a vsock is wanted and the host cannot make one. */
  static void check(Peripherals peripherals, Path device, List<Problem> problems) {
    if (peripherals.vsockCid().isPresent()) {
      check(device, problems);
    }
  }

  /** Adds a problem when the host cannot make one. */
  static void check(Path device, List<Problem> problems) {
    if (Files.isWritable(device)) {
      return;
    }
    problems.add(
        Problem.at(
            "vsock",
            Files.exists(device)
                ? "this user may not open " + device + ": let it read and write the device"
                : "this host has no "
                    + device
                    + ": load the kernel module with 'modprobe vhost_vsock', or remove 'vsock'"));
  }
}
