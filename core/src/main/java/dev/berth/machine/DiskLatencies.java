package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.LatencyBounds;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.time.Duration;
import java.util.List;

/**
 * How QEMU is told to count how long a disk's requests take, at a start and later: QAPI {@code
 * block-latency-histogram-set}, since 4.0. It is the device's: media come and go, resets pass.
 * Pure.
 */
public final class DiskLatencies {
  /** QMP's name of it. */
  public static final String COMMAND = "block-latency-histogram-set";

  private DiskLatencies() {}

  /** The step that has latencies counted between those bounds, from nought, or no more. */
  public static Execute step(DeviceRecord disk, LatencyBounds latencies) {
    ObjectNode arguments = Json.object().put("id", DiskThrottle.backend(disk));
    if (latencies.isOn()) {
      nanos(latencies).forEach(arguments.putArray("boundaries")::add);
    }
    return new Execute(COMMAND, arguments);
  }

  /** The bounds as QEMU tells them. */
  public static List<Long> nanos(LatencyBounds latencies) {
    return latencies.bounds().stream().map(Duration::toNanos).toList();
  }

  /** The record of the same machine, whose disk has that counted. */
  public static LaunchRecord onto(LaunchRecord launch, DeviceRecord disk, LatencyBounds latencies) {
    return latencies.isOn()
        ? DeviceSetting.with(launch, step(disk, latencies))
        : DeviceSetting.without(launch, COMMAND, disk.id());
  }
}
