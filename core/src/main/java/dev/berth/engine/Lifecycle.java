package dev.berth.engine;

import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.store.Intent;
import java.util.Optional;

/** What a driver knows of its domain's machine; each variant owns what is valid in it alone. */
sealed interface Lifecycle {

  /** There is no machine. */
  record Off() implements Lifecycle {}

  /** A start is under way. */
  record Starting(StartOperation operation) implements Lifecycle {}

  /**
   * The process is proven to be ours, and its monitor has not answered yet.
   *
   * @param intent what was under way when the previous host process ended
   */
  record Adopting(LaunchRecord launch, QemuProcess process, Optional<Intent> intent)
      implements Lifecycle {}

  /** The machine answers. */
  record Active(Machine machine, MachineWatch watch) implements Lifecycle {}

  /** The process has been told to end. */
  record Ending(LaunchRecord launch, QemuProcess process, MachineEnd end) implements Lifecycle {}

  /**
   * A machine that cannot be adopted, and is left alone.
   *
   * @param process present when it is proven to be ours all the same
   */
  record Unadoptable(LaunchRecord launch, Optional<QemuProcess> process) implements Lifecycle {}

  /** The domain is undefined; the driver takes no more requests. */
  record Removed() implements Lifecycle {}
}
