package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceKind;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sockets of the serial ports and channels of a machine that have names. Pure. */
public final class SerialSockets {
  /** The kind of a channel. */
  public static final String CHANNEL = "channel";

  /** The kind of a serial port on PCI. */
  public static final String PCI_SERIAL = "pci-serial";

  /** The kind of a further console. */
  public static final String CONSOLE = "console";

  /** The command that makes one while QEMU runs. */
  static final String ADD = "chardev-add";

  private SerialSockets() {}

  /** The step that has QEMU listen on a socket, for the port that names it. */
  public static Execute step(String id, Path socket) {
    ObjectNode address = Json.object().put("type", "unix");
    address.putObject("data").put("path", socket.toString());
    ObjectNode backend = Json.object().put("type", "socket");
    backend.putObject("data").put("server", true).put("wait", false).set("addr", address);
    ObjectNode arguments = Json.object().put("id", id);
    arguments.set("backend", backend);
    return new Execute(ADD, arguments);
  }

  /** By the names of their ports, in the order in which the machine got them. */
  public static Map<String, Path> of(LaunchRecord launch) {
    Map<String, Path> sockets = new LinkedHashMap<>();
    for (DeviceRecord device : launch.devices()) {
      if (device.kind().equals(CONSOLE)) {
        sockets.put(device.name(), launch.files().consoleSocket(device.name()));
      } else if (PluggedDevice.isOf(DeviceKind.DEVICE, device)) {
        of(PluggedDevice.steps(launch, device))
            .ifPresent(socket -> sockets.put(device.name(), socket));
      }
    }
    return sockets;
  }

  /** Where QEMU listens by one of those steps; empty when none is about a socket. */
  public static Optional<Path> of(List<AssemblyStep> steps) {
    return steps.stream()
        .filter(Execute.class::isInstance)
        .map(Execute.class::cast)
        .filter(step -> step.command().equals(ADD))
        .map(step -> step.arguments().at("/backend/data/addr/data/path").asText())
        .map(Path::of)
        .findFirst();
  }
}
