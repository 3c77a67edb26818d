package dev.berth.definition;

import java.util.List;

/**
 * A virtio network interface on QEMU's user-mode network (SLIRP: DHCP, DNS and NAT without
 * privileges).
 *
 * @param name unique in the domain; also the stem of its netdev and device ids
 * @param forwards host ports that reach the guest
 */
public record Nic(String name, List<PortForward> forwards) {

  /** Copies the list. */
  public Nic {
    forwards = List.copyOf(forwards);
  }

  /**
   * One host port that reaches a guest port.
   *
   * @param protocol of both ports
   * @param hostAddress IPv4 address to listen on, {@code 127.0.0.1} by default
   * @param hostPort 1 to 65535
   * @param guestPort 1 to 65535
   */
  public record PortForward(Protocol protocol, String hostAddress, int hostPort, int guestPort) {}

  /** Transport protocols that can be forwarded. */
  public enum Protocol {
    TCP,
    UDP
  }
}
