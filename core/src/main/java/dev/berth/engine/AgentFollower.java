package dev.berth.engine;

import dev.berth.domain.AgentState;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.chardev.ChardevInfo;
import dev.berth.qapi.chardev.QueryChardev;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps what is shown of the guest agent in line with its port. Runs in the driver's turns. A guest
 * that opens and closes its port for ever is folded by {@link QemuNews}, and QEMU itself tells it
 * once a second at most.
 */
final class AgentFollower {
  private final Mailbox mailbox;
  private final MachineKeeper keeper;

  AgentFollower(Mailbox mailbox, MachineKeeper keeper) {
    this.mailbox = mailbox;
    this.keeper = keeper;
  }

  /** Takes in that the guest has opened or closed the port. */
  void told(Lifecycle.Active active, boolean open) {
    if (active.agent().state() != AgentState.NO_CHANNEL && active.agent().told(open)) {
      keeper.showMachine(active);
    }
  }

  /** Asks QEMU; without an answer all stays as it is. */
  void ask(Lifecycle.Active active) {
    if (active.agent().state() == AgentState.NO_CHANNEL) {
      return;
    }
    long asked = active.agent().events();
    active
        .machine()
        .qmp()
        .send(new QueryChardev())
        .thenAccept(all -> mailbox.event(() -> answered(active, all, asked)));
  }

  private CompletionStage<?> answered(Lifecycle.Active active, List<ChardevInfo> all, long asked) {
    Optional<Boolean> open =
        all.stream()
            .filter(each -> each.label().equals(LaunchRecord.AGENT))
            .findFirst()
            .flatMap(ChardevInfo::frontendOpen);
    if (open.isPresent()
        && keeper.lifecycle() == active
        && active.agent().answered(open.get(), asked)) {
      keeper.showMachine(active);
    }
    return Mailbox.DONE;
  }
}
