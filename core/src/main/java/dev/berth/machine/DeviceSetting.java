package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.machine.AssemblyStep.Execute;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps that set something of a device which is there: the limits of a disk, its latency histogram,
 * the medium in a drive, the link of a network interface. A launch record has the last of each
 * command and device, so it tells what the machine has now. Pure.
 */
public final class DeviceSetting {
  private static final String PERIPHERAL = "/machine/peripheral/";

  private DeviceSetting() {}

  /** Whether the step sets something of the device of that id. */
  public static boolean isOf(AssemblyStep step, String device) {
    return step instanceof Execute execute && subject(execute).equals(device);
  }

  /** The record of the same machine with that setting, in the place of a former one. */
  public static LaunchRecord with(LaunchRecord launch, Execute setting) {
    LaunchRecord others = without(launch, setting.command(), subject(setting));
    List<AssemblyStep> steps = new ArrayList<>(others.assembly());
    steps.add(setting);
    return others.with(steps, others.devices());
  }

  /** The record of the same machine, of which that command sets nothing of the device. */
  public static LaunchRecord without(LaunchRecord launch, String command, String device) {
    List<AssemblyStep> steps =
        launch.assembly().stream()
            .filter(
                step ->
                    !(step instanceof Execute execute
                        && execute.command().equals(command)
                        && subject(execute).equals(device)))
            .toList();
    return launch.with(steps, launch.devices());
  }

  /** The id of the device that the step sets something of; empty when it is no setting. */
  private static String subject(Execute step) {
    ObjectNode arguments = step.arguments();
    return switch (step.command()) {
      case DiskThrottle.COMMAND,
          DiskLatencies.COMMAND,
          MediumPlan.OPEN,
          MediumPlan.INSERT,
          MediumPlan.CLOSE ->
          deviceOf(arguments.path("id").asText());
      case NicLink.COMMAND -> arguments.path("name").asText();
      default -> "";
    };
  }

  private static String deviceOf(String path) {
    if (!path.startsWith(PERIPHERAL)) {
      return path;
    }
    String below = path.substring(PERIPHERAL.length());
    return below.contains("/") ? below.substring(0, below.indexOf('/')) : below;
  }
}
