package dev.berth.engine;

import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what serves a live machine's shares. Runs in the driver's turns.
 *
 * <pre>
 *   its process has ended ──► QEMU is asked ──has the device──► lost, on record, told once
 *                                  ├──has it no more──► it was detached
 *                                  └──does not answer──► the machine is ending, which others follow
 * </pre>
 *
 * <p>A server ends when its QEMU hangs up, so its end alone tells nothing: a QEMU that ends hangs
 * up too, before its own process is gone. Only one that answers afterwards, and has the device, has
 * lost its share. It stays lost: a new server would know nothing of what the guest has open.
 */
final class ShareFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ShareFollower.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  /** What is followed, by the shares' names; one that comes again is another. */
  private final Map<String, Object> followed = new HashMap<>();

  /** Those that the machine has no more, until they are off its record too. */
  private final Set<String> leaving = new HashSet<>();

  private Optional<Lifecycle.Active> machine = Optional.empty();

  ShareFollower(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Follows the shares of a machine that answers, but for those that are followed already. */
  void follow(Lifecycle.Active active) {
    if (!machine.equals(Optional.of(active))) {
      followed.clear();
      leaving.clear();
      machine = Optional.of(active);
    }
    LaunchRecord launch = ledger.launch().orElse(active.machine().launch());
    forgetAllBut(launch.served().stream().map(ServeShare::share).collect(Collectors.toSet()));
    for (ServeShare serve : launch.served()) {
      String name = serve.share();
      if (!launch.lostShares().contains(name)
          && !leaving.contains(name)
          && !followed.containsKey(name)) {
        Object it = new Object();
        followed.put(name, it);
        host.launcher()
            .watchShare(serve, () -> mailbox.event(() -> ended(active, launch, name, it)));
      }
    }
  }

  private void forgetAllBut(Set<String> served) {
    followed.keySet().retainAll(served);
    leaving.retainAll(served);
  }

  /** The machine has that share no more: what serves it may end. */
  void forget(String name) {
    followed.remove(name);
    leaving.add(name);
  }

  private boolean isFollowed(Lifecycle.Active active, String name, Object it) {
    return keeper.lifecycle() == active && followed.get(name) == it;
  }

  private CompletionStage<?> ended(
      Lifecycle.Active active, LaunchRecord launch, String name, Object it) {
    if (isFollowed(active, name, it)) {
      DeviceParts.devices(active.machine().qmp())
          .thenAccept(
              present -> {
                if (present.contains(launch.share(name).id())) {
                  mailbox.event(() -> lost(active, name, it));
                }
              });
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> lost(Lifecycle.Active active, String name, Object it) {
    LaunchRecord launch = ledger.launch().orElse(active.machine().launch());
    if (!isFollowed(active, name, it) || launch.lostShares().contains(name)) {
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
