package dev.berth.launcher;

import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import dev.berth.error.Problem;
import dev.berth.machine.HeldResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at the tap devices and bridges of a definition before they are opened. Stateless. */
final class NetworkChecks {
  private static final int CAP_NET_ADMIN = 12;
  private static final String EFFECTIVE = "CapEff:";

  private NetworkChecks() {}

  /**
   * Adds a problem for each interface that would fail.
   *
   * @param held what the start is given
   * @param processStatus this process's {@code /proc/self/status}
   * @param vhost whether the kernel can carry their packets
   */
  static void check(
      List<Nic> nics,
      HeldResources held,
      List<String> processStatus,
      VhostNet vhost,
      List<Problem> problems) {
    for (int i = 0; i < nics.size(); i++) {
      String path = "nics[" + i + "].";
      Network network = nics.get(i).network();
      if (network instanceof Network.Tap tap && !TapDevices.exists(tap.device())) {
        problems.add(
            Problem.at(
                path + "tap",
                "there is no tap device '"
                    + tap.device()
                    + "': "
                    + TapDevices.advice(tap.device())));
      } else if (network instanceof Network.OpenTap tap) {
        GivenFile file = GivenFile.of(held.descriptor(tap.descriptor()).orElseThrow());
        if (!TapDevices.isTap(file)) {
          problems.add(GivenFile.problem(path + "fd", tap.descriptor(), "is no tap device"));
        }
      } else if (network instanceof Network.Bridge bridge) {
        checkBridge(bridge, path + "bridge", processStatus, problems);
      }
      if (nics.get(i).vhost() == VhostChoice.ON) {
        vhost
            .obstacle()
            .map(why -> why + ": " + vhost.remedy() + ", or use 'vhost: auto'")
            .ifPresent(message -> problems.add(Problem.at(path + "vhost", message)));
      }
    }
  }

  private static void checkBridge(
      Network.Bridge bridge, String path, List<String> processStatus, List<Problem> problems) {
    bridgeObstacles(bridge.name(), processStatus)
        .forEach(obstacle -> problems.add(Problem.at(path, obstacle)));
  }

  /** Why no tap can be made for that bridge, each thing that is missing. */
  static List<String> bridgeObstacles(String bridge, List<String> processStatus) {
    List<String> obstacles = new ArrayList<>();
    if (!TapDevices.exists(bridge)) {
      obstacles.add(
          String.format(
              "there is no bridge '%s': make it with 'ip link add %s type bridge'",
              bridge, bridge));
    }
    if (!mayAdministerNetworks(processStatus)) {
      obstacles.add(
          "to make a tap device for a bridge the host process needs CAP_NET_ADMIN: run it as"
              + " root, grant it that capability, or use 'network: tap' with a device made for"
              + " this user");
    }
    return obstacles;
  }

  private static boolean mayAdministerNetworks(List<String> processStatus) {
    return processStatus.stream()
        .filter(line -> line.startsWith(EFFECTIVE))
        .map(line -> Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16))
        .anyMatch(effective -> (effective & 1L << CAP_NET_ADMIN) != 0);
  }

  /** What the kernel says of the calling thread, whose privileges count. */
  static List<String> processStatus() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/status"));
    } catch (IOException unreadable) {
      return List.of();
    }
  }
}
