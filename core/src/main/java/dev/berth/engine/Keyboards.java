package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.host.Keystrokes;
import dev.berth.host.Keystrokes.Chord;
import dev.berth.host.VerbResult;
import dev.berth.qapi.ui.KeyValue;
import dev.berth.qapi.ui.QKeyCode;
import dev.berth.qapi.ui.SendKey;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are pressed in one domain's machine: of one caller at a time, one chord after another,
 * the next when QEMU has let go of the last. So nothing is mixed, and QEMU's queue, which drops
 * what it has no room for, stays short. QEMU itself lets go of a chord's keys: a host that is
 * killed leaves none down. Runs in the driver's turns; a timer waits, no thread.
 */
final class Keyboards {
  /** More callers than would press keys of one machine at once. */
  static final int MOST_WAITING = 16;

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final ArrayDeque<Typing> waiting = new ArrayDeque<>();

  /** What one caller wants pressed, and how far it is. */
  private static final class Typing {
    private final Lifecycle.Active active;
    private final Keystrokes keys;
    private final CompletableFuture<VerbResult> answer;
    private int pressed;

    Typing(Lifecycle.Active active, Keystrokes keys, CompletableFuture<VerbResult> answer) {
      this.active = active;
      this.keys = keys;
      this.answer = answer;
    }
  }

  Keyboards(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Has the keys pressed, after those that others wait for. Who does it is on record first. */
  CompletionStage<?> press(
      Lifecycle.Active active,
      Keystrokes keys,
      String actor,
      CompletableFuture<VerbResult> answer) {
    if (waiting.size() >= MOST_WAITING) {
      throw new BusyException(
          "Cannot "
              + Verb.SEND_KEYS.text()
              + " domain '"
              + ledger.name()
              + "': "
              + MOST_WAITING
              + " others wait until theirs are pressed. Try again later.");
    }
    Map<String, String> told = Map.of("count", Integer.toString(keys.chords().size()));
    return ledger
        .request(Step.by(actor).event(EventTypes.KEYS_SENT, told))
        .thenRun(
            () -> {
              waiting.add(new Typing(active, keys, answer));
              if (waiting.size() == 1) {
                next();
              }
            })
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /** Presses the next chord of whose turn it is. */
  private void next() {
    Typing typing = waiting.peek();
    if (typing == null) {
      return;
    }
    if (typing.answer.isDone()) { // its caller was told that it failed: nothing more of it
      finish();
    } else if (keeper.lifecycle() != typing.active) {
      fail(typing, new MachineLostException(so(typing, "its QEMU is not there any more")));
    } else if (ledger.status().state() != DomainState.RUNNING) {
      String state = ledger.status().state().text();
      fail(typing, new InvalidStateException(so(typing, "the guest is " + state)));
    } else if (typing.pressed == typing.keys.chords().size()) {
      typing.answer.complete(keeper.changed(""));
      finish();
    } else {
      press(typing);
    }
  }

  private void press(Typing typing) {
    Chord chord = typing.keys.chords().get(typing.pressed);
    typing
        .active
        .machine()
        .qmp()
        .send(new SendKey(keys(chord), Optional.of(typing.keys.hold().toMillis())))
        .whenComplete((done, failure) -> mailbox.event(() -> pressed(typing, chord, failure)));
  }

  private CompletionStage<?> pressed(Typing typing, Chord chord, @Nullable Throwable failure) {
    if (failure != null) {
      fail(typing, Answers.cause(failure));
      return Mailbox.DONE;
    }
    typing.pressed++;
    host.timers()
        .after(
            typing.keys.hold().multipliedBy(2L * chord.keys().size()),
            () ->
                mailbox.event(
                    () -> {
                      next();
                      return Mailbox.DONE;
                    }));
    return Mailbox.DONE;
  }

  private static List<KeyValue> keys(Chord chord) {
    return chord.keys().stream()
        .<KeyValue>map(key -> new KeyValue.Qcode(new QKeyCode(key)))
        .toList();
  }

  private void fail(Typing typing, Throwable failure) {
    typing.answer.completeExceptionally(failure);
    finish();
  }

  private void finish() {
    waiting.remove();
    next();
  }

  private String so(Typing typing, String why) {
    return "Of "
        + typing.keys.chords().size()
        + " keystrokes for domain '"
        + ledger.name()
        + "', "
        + typing.pressed
        + " were sent: "
        + why
        + ".";
  }
}
