package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.EventTypes;
import dev.berth.engine.device.FdsetAccount;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.engine.qemu.HandRules;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.FdsetNumbers;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.OwnFdset;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fdsets of one domain's machine. The launch record has the host's own, each with the node that
 * uses it; QEMU is asked for the rest, so that nothing is forgotten when a host ends. Thread-safe.
 *
 * <p>A set of the host's own goes with its node: when that is deleted by hand, and, for what
 * happened while no host was there, at each adoption. QEMU would keep it, and the file open. QEMU
 * 5.2 and 7.2 close what is removed only while the guest runs, so it is done again when it does.
 */
final class Fdsets {
  private static final Logger LOG = LoggerFactory.getLogger(Fdsets.class);

  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  /** No number is allotted twice: an answer of QEMU's may be older than what another call did. */
  private long lastByHand;

  Fdsets(Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /**
   * Gives a set by hand its number, where nobody has.
   *
   * @param arguments of {@code add-fd}; grows
   */
  CompletionStage<?> number(Machine machine, ObjectNode arguments) {
    if (arguments.has(HandRules.FDSET)) {
      return Mailbox.DONE;
    }
    return machine
        .qmp()
        .send(new QueryFdsets())
        .thenAccept(sets -> arguments.put(HandRules.FDSET, allot(sets)));
  }

  private synchronized long allot(List<FdsetInfo> sets) {
    List<Long> taken = sets.stream().map(FdsetInfo::fdsetId).toList();
    lastByHand = FdsetNumbers.nextByHand(lastByHand, taken);
    return lastByHand;
  }

  /**
   * Frees what is left over of the host's own.
   *
   * @return completes when that is on record, or QEMU has refused or is gone; never fails
   */
  CompletionStage<?> settle(Lifecycle.Active active) {
    QmpConnection qmp = active.machine().qmp();
    Optional<LaunchRecord> launch = ledger.launch();
    List<OwnFdset> own = launch.map(OwnFdset::of).orElse(List.of());
    return qmp.send(new QueryFdsets())
        .thenCompose(
            sets ->
                sets.isEmpty() && own.isEmpty()
                    ? CompletableFuture.completedStage(FdsetAccount.NOTHING)
                    : new BlockNodes(qmp)
                        .all()
                        .thenApply(
                            known ->
                                known
                                    .map(nodes -> FdsetAccount.of(own, sets, nodes))
                                    .orElse(FdsetAccount.NOTHING)))
        .thenCompose(account -> later(() -> act(active, launch, account)))
        .exceptionally(
            failure -> {
              LOG.debug("Domain '{}': its fdsets are left as they are", ledger.name(), failure);
              return null;
            });
  }

  /**
   * In a turn: whoever adds to a machine has sets whose nodes come later, so that what was seen
   * says nothing about a machine that has another record since.
   */
  private CompletionStage<?> act(
      Lifecycle.Active active, Optional<LaunchRecord> seen, FdsetAccount account) {
    if (keeper.lifecycle() != active
        || ledger.operation().isPresent()
        || !ledger.launch().equals(seen)) {
      return Mailbox.DONE;
    }
    for (OwnFdset set : account.missing()) {
      LOG.warn(
          "Domain '{}': fdset {} of node '{}' is gone; a job that opens the image anew will fail",
          ledger.name(),
          set.number(),
          set.node());
    }
    if (!account.unusedByHand().isEmpty()) {
      LOG.info(
          "Domain '{}': no node uses the fdsets {}, which were made by hand; remove-fd frees them",
          ledger.name(),
          account.unusedByHand());
    }
    return CompletableFuture.allOf(
        account.leftOver().stream()
            .filter(set -> !isBeingOpened(set))
            .map(set -> free(active.machine().qmp(), set).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  private boolean isBeingOpened(FdsetAccount.LeftOver set) {
    return set.backup().flatMap(ledger.jobs()::find).filter(KeptJob::isRunning).isPresent();
  }

  private CompletionStage<?> free(QmpConnection qmp, FdsetAccount.LeftOver set) {
    Map<String, String> facts = Map.of("fdset", Long.toString(set.number()), "was", set.was());
    return qmp.send(new RemoveFd(set.number()))
        .thenCompose(
            gone ->
                later(
                    () ->
                        keeper.record(Step.by(Actors.HOST).event(EventTypes.FDSET_FREED, facts))));
  }

  /** What a turn of its own does; no other waits for it. */
  private CompletionStage<?> later(Supplier<CompletionStage<?>> work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    mailbox.event(
        () -> {
          work.get()
              .whenComplete(
                  (result, failure) -> {
                    if (failure == null) {
                      done.complete(null);
                    } else {
                      done.completeExceptionally(failure);
                    }
                  });
          return Mailbox.DONE;
        });
    return done;
  }
}
