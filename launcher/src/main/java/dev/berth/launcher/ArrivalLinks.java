package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.error.HostFailureException;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.TapSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what leads into a machine of another host can be had here: ports, tap devices, bridges,
 * the number of its vsock. Each is tried, and let go of at once.
 */
final class ArrivalLinks {
  private static final Pattern FORWARD = Pattern.compile("(tcp|udp):([^:]*):(\\d+)-[^:]*:(\\d+)");

  private final List<String> status;
  private final VsockNumbers numbers;

  /**
   * By what the kernel says.
   *
   * @param status this process's {@code /proc/self/status}
   */
  ArrivalLinks(List<String> status, VsockNumbers numbers) {
    this.status = status;
    this.numbers = numbers;
  }

  /** Those of this host. */
  static ArrivalLinks here() {
    return new ArrivalLinks(NetworkChecks.processStatus(), new VsockNumbers(VsockChecks.DEVICE));
  }

  /** What cannot be had, each thing that cannot. */
  List<String> obstacles(LaunchRecord source) {
    List<String> obstacles = new ArrayList<>();
    for (AssemblyStep step : source.assembly()) {
      if (step instanceof Execute execute && execute.command().equals("netdev_add")) {
        ports(execute.arguments().path("hostfwd"), obstacles);
      } else if (step instanceof Execute execute && execute.command().equals("device_add")) {
        vsock(execute.arguments().path("guest-cid"), obstacles);
      } else if (step instanceof PassTap pass) {
        tap(pass, obstacles);
      } else if (step instanceof PassVhost vhost) {
        vhost(vhost, obstacles);
      }
    }
    return obstacles;
  }

  private static void ports(JsonNode forwards, List<String> obstacles) {
    for (JsonNode each : forwards) {
      Matcher text = FORWARD.matcher(each.path("str").asText());
      if (text.matches()) {
        PortForward forward =
            new PortForward(
                text.group(1).equals("tcp") ? Protocol.TCP : Protocol.UDP,
                text.group(2),
                Integer.parseInt(text.group(3)),
                Integer.parseInt(text.group(4)));
        PortChecks.obstacle(forward).ifPresent(why -> obstacles.add("at the target " + why));
      }
    }
  }

  private void tap(PassTap pass, List<String> obstacles) {
    String nic = "NIC '" + pass.nic() + "': at the target ";
    if (pass.tap() instanceof TapSource.OnBridge made) {
      NetworkChecks.bridgeObstacles(made.bridge(), status).forEach(why -> obstacles.add(nic + why));
    } else if (pass.tap() instanceof TapSource.Existing existing) {
      try (HeldResources none = HeldResources.none()) {
        TapDevices.open(existing, none).close();
      } catch (HostFailureException refused) {
        obstacles.add(nic + refused.getMessage());
      }
    }
  }

  private static void vhost(PassVhost vhost, List<String> obstacles) {
    VhostNet here = VhostNet.proved(VhostNet.DEVICE);
    here.obstacle()
        .ifPresent(
            why ->
                obstacles.add(
                    "NIC '" + vhost.nic() + "': at the target " + why + ": " + here.remedy()));
  }

  private void vsock(JsonNode cid, List<String> obstacles) {
    if (!cid.isIntegralNumber()) {
      return;
    }
    List<Problem> problems = new ArrayList<>();
    VsockChecks.check(numbers.device(), problems);
    problems.forEach(problem -> obstacles.add("vsock: at the target " + problem.message()));
    if (problems.isEmpty() && numbers.isTaken(cid.asLong())) {
      obstacles.add(
          "vsock: at the target another machine has the number "
              + cid.asLong()
              + ": end that one, or start this one with another");
    }
  }
}
