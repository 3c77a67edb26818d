package dev.berth.engine;

import dev.berth.domain.EventTypes;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.runstate.QueryStatus;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what serves a live machine's shares. Runs in the driver's turns.
 *
 * <pre>
 *   its process has ended ──► QEMU is asked ──answers──► lost, on record, told once
 *                                  └──does not──► the machine is ending, which others follow
 * </pre>
 *
 * <p>A server ends when its QEMU hangs up, so its end alone tells nothing: a QEMU that ends hangs
 * up too, before its own process is gone. Only one that answers afterwards has lost its share. It
 * stays lost: a new server would know nothing of what the guest has open.
 */
final class ShareFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ShareFollower.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  ShareFollower(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Follows the shares of a machine that answers. */
  void follow(Lifecycle.Active active) {
    LaunchRecord launch = ledger.launch().orElse(active.machine().launch());
    if (launch.hasShares()) {
      host.launcher().watchShares(launch, name -> mailbox.event(() -> ended(active, name)));
    }
  }

  private CompletionStage<?> ended(Lifecycle.Active active, String name) {
    if (keeper.lifecycle() == active) {
      active
          .machine()
          .qmp()
          .send(new QueryStatus())
          .thenAccept(answer -> mailbox.event(() -> lost(active, name)));
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> lost(Lifecycle.Active active, String name) {
    LaunchRecord launch = ledger.launch().orElse(active.machine().launch());
    if (keeper.lifecycle() != active || launch.lostShares().contains(name)) {
      return Mailbox.DONE;
    }
    LOG.warn("Domain '{}': what served share '{}' has ended", ledger.name(), name);
    Step step =
        Step.by(Actors.HOST)
            .launch(launch.withLostShare(name))
            .event(EventTypes.SHARE_LOST, Map.of("share", name));
    return keeper.record(step).thenRun(() -> show(active));
  }

  private void show(Lifecycle.Active active) {
    ledger.launch().ifPresent(host.launcher()::changed);
    if (keeper.lifecycle() == active) {
      keeper.showMachine(active);
    }
  }
}
