package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.error.HostFailureException;
import java.util.HexFormat;

/** A socket through which network interfaces are asked and changed. Not thread-safe. */
final class NetworkIoctls implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCSIFMTU = 0x8922;
  private static final long SIOCSIFHWADDR = 0x8924;
  private static final long SIOCGIFINDEX = 0x8933;
  private static final long SIOCBRADDIF = 0x89a2;
  private static final short ARPHRD_ETHER = 1;
  private static final short IFF_UP = 1;

  private static final HexFormat MAC = HexFormat.ofDelimiter(":");

  private final int socket;

  private NetworkIoctls(int socket) {
    this.socket = socket;
  }

  static NetworkIoctls open() {
    int socket = Libc.INSTANCE.socket(AF_INET, SOCK_DGRAM | Libc.O_CLOEXEC, 0);
    if (socket < 0) {
      throw new HostFailureException("cannot open a socket: " + Libc.INSTANCE.lastError());
    }
    return new NetworkIoctls(socket);
  }

  /** Whether there is an interface of that name in this thread's network namespace. */
  boolean exists(String name) {
    return Libc.INSTANCE.ioctl(socket, SIOCGIFINDEX, InterfaceRequest.of(name).memory()) >= 0;
  }

  /**
   * Joins a tap to a bridge and sets it up. A bridge takes the lowest MAC address and MTU of its
   * ports, so the tap gets a high address and the bridge's own MTU.
   *
   * @throws HostFailureException when the kernel refuses any of it
   */
  void join(String tap, String bridge, String guestMac) {
    InterfaceRequest address = InterfaceRequest.of(tap);
    address.value().setShort(0, ARPHRD_ETHER);
    byte[] mac = MAC.parseHex(hostEndOf(guestMac));
    address.value().write(Short.BYTES, mac, 0, mac.length);
    call(SIOCSIFHWADDR, address, "set the address of tap " + tap);

    int mtu = asked(SIOCGIFMTU, bridge, "find bridge '" + bridge + "'");
    InterfaceRequest size = InterfaceRequest.of(tap);
    size.value().setInt(0, mtu);
    call(SIOCSIFMTU, size, "set the MTU of tap " + tap);

    InterfaceRequest join = InterfaceRequest.of(bridge);
    join.value().setInt(0, asked(SIOCGIFINDEX, tap, "find tap " + tap));
    call(SIOCBRADDIF, join, "join bridge '" + bridge + "'");

    InterfaceRequest flags = InterfaceRequest.of(tap);
    int before = asked(SIOCGIFFLAGS, tap, "find tap " + tap);
    flags.value().setShort(0, (short) (before | IFF_UP));
    call(SIOCSIFFLAGS, flags, "set up tap " + tap);
  }

  /** The address that the host's end of a guest's tap gets. */
  static String hostEndOf(String guestMac) {
    byte[] mac = MAC.parseHex(guestMac);
    mac[0] = (byte) 0xfe;
    return MAC.formatHex(mac);
  }

  private int asked(long question, String name, String what) {
    InterfaceRequest request = InterfaceRequest.of(name);
    call(question, request, what);
    return request.value().getInt(0);
  }

  private void call(long number, InterfaceRequest request, String what) {
    if (Libc.INSTANCE.ioctl(socket, number, request.memory()) < 0) {
      int error = Native.getLastError();
      throw new HostFailureException(
          "cannot "
              + what
              + ": "
              + switch (error) {
                case Libc.EOPNOTSUPP ->
                    "it is no bridge, make one with 'ip link add br0 type bridge'";
                case Libc.ENODEV -> "there is none of that name";
                default -> Libc.INSTANCE.strerror(error);
              });
    }
  }

  @Override
  public void close() {
    Libc.INSTANCE.close(socket);
  }
}
