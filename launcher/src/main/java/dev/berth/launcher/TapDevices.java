package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.error.HostFailureException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.TapSource;
import java.util.Optional;

/**
 * Opens tap devices. One that is made here belongs to whoever has it open: it vanishes with the
 * last descriptor, so nothing has to be removed when QEMU or this process dies. Stateless.
 */
final class TapDevices {
  static final String CONTROL = "/dev/net/tun";

  /** How the names of taps begin that are made here. */
  static final String NAME_PREFIX = "berth";

  /** The kernel puts the lowest free number for the {@code %d}. */
  private static final String NAMES = NAME_PREFIX + "%d";

  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNGETIFF = 0x800454d2L;
  private static final short IFF_TAP = 0x0002;
  private static final short IFF_NO_PI = 0x1000;
  private static final short IFF_VNET_HDR = 0x4000;

  private TapDevices() {}

  /** Whether there is a network interface of that name, with an address or without. */
  static boolean exists(String name) {
    try (NetworkIoctls ioctls = NetworkIoctls.open()) {
      return ioctls.exists(name);
    }
  }

  /**
   * Opens the tap, made if need be. One that the start is given cannot be opened anew: QEMU gets a
   * duplicate.
   *
   * @param held what the start is given
   * @throws HostFailureException saying what is missing
   */
  static PassedDescriptor open(TapSource tap, HeldResources held) {
    if (tap instanceof TapSource.OnBridge made) {
      return onBridge(made);
    }
    if (tap instanceof TapSource.Given given) {
      return PassedDescriptor.duplicate(
          GivenFile.of(held.descriptor(given.resource()).orElseThrow()));
    }
    String device = ((TapSource.Existing) tap).device();
    if (!exists(device)) { // the kernel would make one
      throw new HostFailureException("there is no tap device '" + device + "': " + advice(device));
    }
    int number = control();
    return attach(number, device)
        .map(refused -> refusal(number, device, refused))
        .orElseGet(() -> PassedDescriptor.of(number, "tap device " + device));
  }

  /** Whether an open file is a tap device, attached to its network interface. */
  static boolean isTap(GivenFile file) {
    InterfaceRequest request = InterfaceRequest.of("");
    return Libc.INSTANCE.ioctl(file.number(), TUNGETIFF, request.memory()) >= 0
        && (request.value().getShort(0) & IFF_TAP) != 0;
  }

  /** How to make a tap device that this process may open. */
  static String advice(String device) {
    return String.format(
        "make it with 'ip tuntap add dev %s mode tap user %s'",
        device, System.getProperty("user.name"));
  }

  private static PassedDescriptor refusal(int number, String device, int error) {
    Libc.INSTANCE.close(number);
    throw new HostFailureException(
        "cannot open tap device '"
            + device
            + "': "
            + switch (error) {
              case Libc.EPERM -> "it belongs to another user: " + advice(device);
              case Libc.EBUSY -> "another process has it open: use another, or end that process";
              case Libc.EINVAL ->
                  "it is no tap device, or one with several queues: " + advice(device);
              default -> Libc.INSTANCE.strerror(error);
            });
  }

  private static PassedDescriptor onBridge(TapSource.OnBridge tap) {
    int number = control();
    boolean complete = false;
    try (NetworkIoctls ioctls = NetworkIoctls.open()) {
      InterfaceRequest request = request(NAMES);
      if (Libc.INSTANCE.ioctl(number, TUNSETIFF, request.memory()) < 0) {
        int error = Native.getLastError();
        throw new HostFailureException(
            "cannot make a tap device: "
                + Libc.INSTANCE.strerror(error)
                + (error == Libc.EPERM
                    ? ": the host process lacks CAP_NET_ADMIN, run it as root or grant it that"
                        + " capability"
                    : ""));
      }
      ioctls.join(request.name(), tap.bridge(), tap.guestMac());
      complete = true;
      return PassedDescriptor.of(number, "tap device " + request.name());
    } finally {
      if (!complete) {
        Libc.INSTANCE.close(number);
      }
    }
  }

  private static int control() {
    int number = Libc.INSTANCE.open(CONTROL, Libc.O_RDWR | Libc.O_CLOEXEC);
    if (number < 0) {
      throw new HostFailureException(
          "cannot open "
              + CONTROL
              + ": "
              + Libc.INSTANCE.lastError()
              + ". Load the kernel module with 'modprobe tun', and let the host's user read and"
              + " write the device");
    }
    return number;
  }

  /** Attaches a control descriptor to a device; the error number when that is refused. */
  private static Optional<Integer> attach(int number, String device) {
    return Libc.INSTANCE.ioctl(number, TUNSETIFF, request(device).memory()) < 0
        ? Optional.of(Native.getLastError())
        : Optional.empty();
  }

  /** QEMU finds out by itself that frames have the virtio header, and offloads checksums by it. */
  private static InterfaceRequest request(String name) {
    InterfaceRequest request = InterfaceRequest.of(name);
    request.value().setShort(0, (short) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
    return request;
  }
}
