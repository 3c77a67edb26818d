package dev.berth.definition;

import java.util.List;

/** What a network interface is connected to. */
public sealed interface Network {

  /**
   * QEMU's user-mode network (SLIRP: DHCP, DNS and NAT without privileges).
   *
   * @param forwards host ports that reach the guest
   */
  record User(List<PortForward> forwards) implements Network {
    /** Copies the list. */
    public User {
      forwards = List.copyOf(forwards);
    }
  }

  /**
   * A tap device that exists already and is left as it is.
   *
   * @param device its name
   */
  record Tap(String device) implements Network {}

  /**
   * A tap device that is open already.
   *
   * @param descriptor the name by which whoever starts the domain gives it
   */
  record OpenTap(String descriptor) implements Network {}

  /**
   * A tap device that is made for the machine, joined to a bridge, and gone with the machine.
   *
   * @param name the bridge's
   */
  record Bridge(String name) implements Network {}

  /**
   * One host port that reaches a guest port.
   *
   * @param protocol of both ports
   * @param hostAddress IPv4 address to listen on, {@code 127.0.0.1} by default
   * @param hostPort 1 to 65535
   * @param guestPort 1 to 65535
   */
  record PortForward(Protocol protocol, String hostAddress, int hostPort, int guestPort) {}

  /** Transport protocols that can be forwarded. */
  enum Protocol {
    TCP,
    UDP
  }
}
