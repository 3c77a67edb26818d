package dev.berth.engine;

import java.util.concurrent.CompletionStage;

/**
 * What QEMU's news mean to a driver: mostly a reason to ask for the run state. Runs in the driver's
 * turns.
 *
 * <p>Both what is recorded of a guest's doing and how often it makes us ask have a budget: over it,
 * notes are dropped, and the question waits for the next tick.
 */
final class QemuEvents {
  private final HostServices host;
  private final MachineKeeper keeper;
  private final EventBudget notes;
  private final EventBudget questions;

  QemuEvents(HostServices host, MachineKeeper keeper) {
    this.host = host;
    this.keeper = keeper;
    this.notes = new EventBudget(host.now());
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
    if (digest.unplugged()) {
      keeper.detachments().look(active);
    }
    digest.refused().forEach(device -> keeper.detachments().refused(device));
    Step step = Step.by(Actors.GUEST);
    for (QemuNews.Note note : digest.notes()) {
      if (notes.spend(host.now())) {
        step.event(note.type(), note.attributes());
      }
    }
    return step.events().isEmpty() ? Mailbox.DONE : keeper.record(step);
  }

  private void askSoon(Lifecycle.Active active) {
    if (questions.spend(host.now())) {
      keeper.runStates().ask(active);
    } else {
      active.watch().askAtTick();
    }
  }
}
