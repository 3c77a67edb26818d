package dev.berth.launcher;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether this kernel carries packets between guests and their taps. Proved by doing what QEMU does
 * first with the device, on a descriptor of its own that is closed at once: an owner that ends
 * takes nothing along.
 *
 * @param device the kernel's device
 * @param obstacle why it cannot be used, as a sentence without its full stop; empty when it can
 */
record VhostNet(Path device, Optional<String> obstacle) {
  static final Path DEVICE = Path.of("/dev/vhost-net");

  private static final long VHOST_SET_OWNER = 0xaf01;

  /**
   * The proof, as far as one of those interfaces needs it: opening the device can load a module.
   * Made anew at each start, for it is two system calls, and what is amiss can be mended any time.
   */
  static VhostNet of(Path device, List<Nic> nics) {
    boolean isAsked =
        nics.stream().anyMatch(nic -> nic.isOnTap() && nic.vhost() != VhostChoice.OFF);
    return isAsked ? proved(device) : new VhostNet(device, Optional.of("no interface asks for it"));
  }

  /** The proof. */
  static VhostNet proved(Path device) {
    int number = Libc.INSTANCE.open(device.toString(), Libc.O_RDWR | Libc.O_CLOEXEC);
    if (number < 0) {
      return new VhostNet(device, Optional.of(closed(device, Native.getLastError())));
    }
    try {
      boolean isOwned = Libc.INSTANCE.ioctl(number, VHOST_SET_OWNER, Pointer.NULL) >= 0;
      return new VhostNet(
          device, isOwned ? Optional.empty() : Optional.of(unowned(device, Native.getLastError())));
    } finally {
      Libc.INSTANCE.close(number);
    }
  }

  private static String closed(Path device, int error) {
    return switch (error) {
      case Libc.ENOENT -> "this host has no " + device;
      case Libc.EACCES, Libc.EPERM -> device + " is not open to this user";
      default -> device + " does not open: " + Libc.INSTANCE.strerror(error);
    };
  }

  private static String unowned(Path device, int error) {
    return error == Libc.ENOTTY
        ? device + " is no vhost device"
        : device + " opens, but cannot be owned: " + Libc.INSTANCE.strerror(error);
  }

  /** What helps where it cannot be used. */
  String remedy() {
    return "load the kernel module with 'modprobe vhost_net', and let the host's user read and write "
        + device;
  }
}
