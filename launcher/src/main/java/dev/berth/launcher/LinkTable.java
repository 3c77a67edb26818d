package dev.berth.launcher;

import dev.berth.machine.HostLinks;
import dev.berth.machine.TapSource;
import dev.berth.stats.LinkCounters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network interfaces of this host and their counters, read from {@code /proc/net/dev} all at
 * once. A tap that was made for a guest is known by its MAC address, for the kernel has chosen its
 * name; of one that is given as an open file nobody tells which it is.
 */
final class LinkTable implements HostLinks {
  private static final Path PROC = Path.of("/proc/net/dev");
  private static final Path SYS = Path.of("/sys/class/net");

  // columns after the name; what the interface receives, its guest has sent
  private static final int SENT = 0;
  private static final int RECEIVED = 8;
  private static final int BYTES = 0;
  private static final int PACKETS = 1;
  private static final int ERRORS = 2;
  private static final int DROPPED = 3;

  private final Map<String, LinkCounters> links;
  private final Path addresses;

  private LinkTable(Map<String, LinkCounters> links, Path addresses) {
    this.links = links;
    this.addresses = addresses;
  }

  /** Those of this process's network namespace; none when they cannot be read. */
  static LinkTable read() {
    try {
      return of(Files.readAllLines(PROC, StandardCharsets.ISO_8859_1), SYS);
    } catch (IOException unreadable) {
      return new LinkTable(Map.of(), SYS);
    }
  }

  /** Those of a text as in {@code /proc/net/dev}, with two lines of heading. */
  static LinkTable of(List<String> lines, Path addresses) {
    Map<String, LinkCounters> links = new HashMap<>();
    for (String line : lines.subList(Math.min(2, lines.size()), lines.size())) {
      int colon = line.lastIndexOf(':');
      String[] columns = line.substring(colon + 1).strip().split("\\s+");
      links.put(line.substring(0, colon).strip(), counters(columns));
    }
    return new LinkTable(links, addresses);
  }

  private static LinkCounters counters(String[] columns) {
    return new LinkCounters(
        Long.parseLong(columns[RECEIVED + BYTES]),
        Long.parseLong(columns[RECEIVED + PACKETS]),
        Long.parseLong(columns[RECEIVED + ERRORS]),
        Long.parseLong(columns[RECEIVED + DROPPED]),
        Long.parseLong(columns[SENT + BYTES]),
        Long.parseLong(columns[SENT + PACKETS]),
        Long.parseLong(columns[SENT + ERRORS]),
        Long.parseLong(columns[SENT + DROPPED]));
  }

  @Override
  public Optional<LinkCounters> counters(String device) {
    return Optional.ofNullable(links.get(device));
  }

  @Override
  public Optional<String> device(TapSource tap) {
    if (tap instanceof TapSource.Existing existing) {
      return Optional.of(existing.device());
    }
    return tap instanceof TapSource.OnBridge made
        ? links.keySet().stream()
            .filter(name -> name.startsWith(TapDevices.NAME_PREFIX))
            .filter(name -> hasAddress(name, NetworkIoctls.hostEndOf(made.guestMac())))
            .findFirst()
        : Optional.empty();
  }

  private boolean hasAddress(String device, String mac) {
    try {
      return Files.readString(addresses.resolve(device).resolve("address")).strip().equals(mac);
    } catch (IOException gone) {
      return false;
    }
  }
}
