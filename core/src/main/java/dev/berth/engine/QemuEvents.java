package dev.berth.engine;

import dev.berth.engine.qemu.EventBudget;
import dev.berth.engine.qemu.GuestHistory;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Step;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What QEMU's news mean to a driver: mostly a reason to ask for the run state. Runs in the driver's
 * turns.
 *
 * <p>Both what is recorded of a guest's doing ({@link GuestHistory}) and how often it makes us ask
 * have a budget: over it, notes are dropped, and the question waits for the next tick.
 */
final class QemuEvents {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final GuestHistory history;
  private final EventBudget questions;

  QemuEvents(HostServices host, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.history = new GuestHistory(host.now());
    this.questions = new EventBudget(host.now());
  }

  /** Takes the news in. */
  CompletionStage<?> take(Lifecycle.Active active) {
    QemuNews.Digest digest = active.news().take();
    MachineWatch watch = active.watch();
    if (digest.endedFromOutside()) {
      watch.noteEndedFromOutside();
    }
    digest.panicked().ifPresent(watch::panicked);
    if (digest.ask()) {
      askSoon(active);
    }
    digest.agentOpen().ifPresent(open -> keeper.agents().told(active, open));
    if (digest.missed()) {
      keeper.agents().ask(active);
    }
    keeper.features().told(active, digest);
    List<QemuNews.Note> notes = GuestHistory.named(digest.notes(), ledger.launch());
    GuestHistory.cause(notes).ifPresent(watch::stopCause);
    List<QemuNews.Note> recorded = history.recorded(notes, digest.unnoted(), host.now());
    return record(Actors.GUEST, recorded).thenCompose(done -> record(Actors.QEMU, recorded));
  }

  private CompletionStage<Void> record(String actor, List<QemuNews.Note> notes) {
    Step step = Step.by(actor);
    notes.stream()
        .filter(note -> GuestHistory.actor(note).equals(actor))
        .forEach(note -> step.event(note.type(), note.attributes()));
    return step.events().isEmpty() ? CompletableFuture.completedFuture(null) : keeper.record(step);
  }

  private void askSoon(Lifecycle.Active active) {
    if (questions.spend(host.now())) {
      keeper.runStates().ask(active);
    } else {
      active.watch().askAtTick();
    }
  }
}
