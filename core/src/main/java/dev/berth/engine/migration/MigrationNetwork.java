package dev.berth.engine.migration;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;

/**
 * Where machines of hosts elsewhere come in, each by a connection of its own from QEMU to QEMU.
 *
 * @param address of this host, which is told to the others; empty for the one by which they have
 *     reached it
 * @param firstPort the lowest port of TCP that is taken
 * @param lastPort the highest
 */
@Api(since = "0.1")
public record MigrationNetwork(String address, int firstPort, int lastPort) {
  /** Libvirt's ports, at the address by which this host is reached. */
  public static final MigrationNetwork USUAL = new MigrationNetwork("", 49_152, 49_215);

  private static final int LOWEST = 1024;
  private static final int HIGHEST = 65_535;
  private static final String ADDRESS = "[0-9A-Fa-f.:]*";

  /**
   * Checks them.
   *
   * @throws InvalidRequestException when the address is none of IP, or the ports no range between
   *     1024 and 65535
   */
  public MigrationNetwork {
    if (!address.matches(ADDRESS)) {
      throw new InvalidRequestException(
          "'" + address + "' is no address such as 192.0.2.1 or 2001:db8::1");
    }
    if (firstPort < LOWEST || lastPort > HIGHEST || firstPort > lastPort) {
      throw new InvalidRequestException(
          firstPort + "-" + lastPort + " are no ports from " + LOWEST + " to " + HIGHEST);
    }
  }
}
