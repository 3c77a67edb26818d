package dev.berth.launcher;

import dev.berth.doctor.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The devices of the host that machines profit from. None is needed: guests run without them. */
final class DeviceFindings {
  private final Path directory;

  /**
   * Examines devices.
   *
   * @param directory where they are: {@code /dev}
   */
  DeviceFindings(Path directory) {
    this.directory = directory;
  }

  List<Finding> examine() {
    return List.of(
        device("kvm", "guests run on TCG, slowly", "kvm_intel' or 'modprobe kvm_amd"),
        vhostNet(),
        device("net/tun", "no tap device can be made", "tun"));
  }

  /** That it opens does not say that it works. */
  private Finding vhostNet() {
    VhostNet vhost = VhostNet.proved(directory.resolve("vhost-net"));
    String check = vhost.device().toString();
    return vhost
        .obstacle()
        .map(
            why ->
                Finding.note(
                    check,
                    why + ": QEMU carries the packets of taps and bridges, which is slower",
                    "if needed: " + vhost.remedy()))
        .orElseGet(() -> Finding.ok(check, "is there and can be owned"));
  }

  private Finding device(String name, String without, String module) {
    Path device = directory.resolve(name);
    String check = device.toString();
    if (!Files.exists(device)) {
      return Finding.note(
          check, "is not there: " + without, "if needed: 'modprobe " + module + "'");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return Finding.note(
          check,
          "is not open to this user: " + without,
          "join the group that 'ls -l " + device + "' shows");
    }
    return Finding.ok(check, "is there and may be opened");
  }
}
