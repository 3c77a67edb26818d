package dev.berth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.InvalidStateException;
import dev.berth.host.VerbResult;
import dev.berth.host.VncPassword;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.ui.ExpirePassword;
import dev.berth.qapi.ui.ExpirePasswordOptions;
import dev.berth.qapi.ui.SetPassword;
import dev.berth.qapi.ui.SetPasswordOptions;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives QEMU what its VNC asks for. From the caller to QEMU it is in memory only; the history tells
 * that it was set, not what it is. Runs in the driver's turns.
 */
final class VncPasswords {
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;

  VncPasswords(Mailbox mailbox, Ledger ledger, MachineKeeper keeper, MachineVerbs verbs) {
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.verbs = verbs;
  }

  /** Sets it on the live machine. */
  CompletionStage<?> set(
      VncPassword password,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    ledger.launch().ifPresent(this::requireOne);
    return verbs.onLiveMachine(
        Verb.SET_VNC_PASSWORD,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.SET_VNC_PASSWORD, actor, hasDeadline, answer);
          return ledger
              .request(told(password, actor))
              .thenRun(() -> send(active, password, answer))
              .exceptionally(failure -> Answers.fail(answer, failure));
        });
  }

  private void requireOne(LaunchRecord launch) {
    if (!launch.asksForVncPassword()) {
      throw new InvalidStateException(
          "Cannot "
              + Verb.SET_VNC_PASSWORD.text()
              + " domain '"
              + ledger.name()
              + "': its VNC "
              + (launch.hasScreen()
                  ? "asks for none."
                  : "is not there, for its machine has no graphics card.")
              + " Set 'video: vga' and 'vnc-password: true' in its definition, and start the domain"
              + " anew.");
    }
  }

  /**
   * QEMU keeps of the password before when it expires, so that is said first, and anew after it.
   * All three are on their way before anything is awaited: two calls do not mix, and one that is
   * cut off locks viewers out rather than in.
   */
  private void send(
      Lifecycle.Active active, VncPassword password, CompletableFuture<VerbResult> answer) {
    QmpConnection qmp = active.machine().qmp();
    String text = new String(password.text(), UTF_8);
    String time =
        password.lifetime().map(Duration::toSeconds).map(seconds -> "+" + seconds).orElse("never");
    CompletableFuture.allOf(
            qmp.send(expiring("now")),
            qmp.send(new SetPassword(new SetPasswordOptions.Vnc(text))),
            qmp.send(expiring(time)))
        .whenComplete(
            (sent, failure) ->
                mailbox.event(
                    () -> {
                      if (failure == null) {
                        answer.complete(keeper.changed(""));
                        return Mailbox.DONE;
                      }
                      return Answers.fail(answer, failure);
                    }));
  }

  private static ExpirePassword expiring(String time) {
    return new ExpirePassword(new ExpirePasswordOptions.Vnc(time));
  }

  /** Who sets it is on record first. */
  private static Step told(VncPassword password, String actor) {
    return Step.by(actor)
        .event(
            EventTypes.ADJUSTED,
            Map.of(
                "what", "vnc-password",
                "subject", "",
                "value", password.lifetime().map(time -> "set for " + text(time)).orElse("set")));
  }

  private static String text(Duration time) {
    return time.toSeconds() + " s";
  }
}
