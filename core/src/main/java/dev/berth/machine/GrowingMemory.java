package dev.berth.machine;

import dev.berth.domain.ByteSize;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.List;
import java.util.Optional;

/**
 * The memory that a machine can get and give back while it runs: a virtio-mem device (QAPI {@code
 * virtio-mem-pci}, since 5.1) behind what it was started with. Pure.
 */
public final class GrowingMemory {
  /** The kind of the device, and its id. */
  public static final String DEVICE = "memory";

  /** The id of what the host backs it with. */
  public static final String BACKEND = "memory-source";

  /** The property that says how much of it the guest is to have. */
  public static final String REQUESTED = "requested-size";

  private GrowingMemory() {}

  /** How much a machine can get, where it can. */
  public static Optional<ByteSize> room(LaunchRecord launch) {
    return executed(launch, BACKEND)
        .map(step -> new ByteSize(step.arguments().path("size").asLong()));
  }

  /** Where QEMU has the device's properties. */
  public static String path() {
    return "/machine/peripheral/" + DEVICE;
  }

  /** In which steps it grows and shrinks. */
  public static ByteSize block(LaunchRecord launch) {
    return executed(launch, DEVICE)
        .map(step -> new ByteSize(step.arguments().path("block-size").asLong()))
        .orElseThrow(() -> new IllegalStateException("no memory that grows"));
  }

  /** How much the guest was asked to have besides what it was started with. */
  public static ByteSize requested(LaunchRecord launch) {
    return executed(launch, DEVICE)
        .map(step -> new ByteSize(step.arguments().path(REQUESTED).asLong()))
        .orElse(new ByteSize(0));
  }

  /** The record of the same machine, of which the guest is to have so much more. */
  public static LaunchRecord onto(LaunchRecord launch, ByteSize requested) {
    List<AssemblyStep> steps =
        launch.assembly().stream()
            .map(step -> isOf(step, DEVICE) ? requesting((Execute) step, requested) : step)
            .toList();
    return launch.with(steps, launch.devices());
  }

  private static AssemblyStep requesting(Execute plug, ByteSize requested) {
    return new Execute(
        plug.command(), plug.arguments().deepCopy().put(REQUESTED, requested.bytes()));
  }

  private static Optional<Execute> executed(LaunchRecord launch, String id) {
    boolean has = launch.devices().stream().map(DeviceRecord::kind).anyMatch(DEVICE::equals);
    return launch.assembly().stream()
        .filter(step -> has && isOf(step, id))
        .map(Execute.class::cast)
        .findFirst();
  }

  private static boolean isOf(AssemblyStep step, String id) {
    return step instanceof Execute execute && execute.arguments().path("id").asText().equals(id);
  }
}
