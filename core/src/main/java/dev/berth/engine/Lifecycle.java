package dev.berth.engine;

import dev.berth.engine.qemu.AgentLink;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.QmpConnection;
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
   * @param sinceNanos on the monotonic clock, since when its answer is waited for
   */
  record Adopting(
      LaunchRecord launch, QemuProcess process, Optional<Intent> intent, long sinceNanos)
      implements Lifecycle {}

  /**
   * The machine answers.
   *
   * @param news what its events tell
   * @param agent its guest's agent
   */
  record Active(Machine machine, MachineWatch watch, QemuNews news, AgentLink agent)
      implements Lifecycle {}

  /**
   * The process has been told to end.
   *
   * @param qmp its connection, when it had one
   */
  record Ending(
      LaunchRecord launch, QemuProcess process, MachineEnd end, Optional<QmpConnection> qmp)
      implements Lifecycle {}

  /**
   * A machine that cannot be adopted, and is left alone.
   *
   * @param process present when it is proven to be ours all the same
   * @param intent what was under way when the previous host process ended
   */
  record Unadoptable(LaunchRecord launch, Optional<QemuProcess> process, Optional<Intent> intent)
      implements Lifecycle {}

  /** There is a launch on record that cannot be read: whether a machine lives is not known. */
  record Unreadable(String incarnation) implements Lifecycle {}

  /** The domain is undefined; the driver takes no more requests. */
  record Removed() implements Lifecycle {}
}
