package dev.berth.machine;

import dev.berth.domain.LinkState;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.Optional;

/** The link of a network interface as QEMU takes it: QAPI {@code set_link}, since 0.14. Pure. */
public final class NicLink {
  /** QMP's name of it. */
  public static final String COMMAND = "set_link";

  private NicLink() {}

  /** The step that sets the link of the device of that id. */
  public static Execute step(String device, LinkState link) {
    return new Execute(COMMAND, Json.object().put("name", device).put("up", link == LinkState.UP));
  }

  /** The network interface of that name, if the machine has it. */
  public static Optional<DeviceRecord> find(LaunchRecord launch, String nic) {
    return launch.devices().stream()
        .filter(device -> device.kind().equals("nic") && device.name().equals(nic))
        .findFirst();
  }
}
