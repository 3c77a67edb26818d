package dev.berth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.domain.EventTypes;
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
          send(active.machine().qmp(), password)
              .whenComplete(
                  (sent, failure) ->
                      mailbox.event(
                          () ->
                              failure == null
                                  ? told(password, actor, answer)
                                  : Requests.fail(answer, failure)));
          return Mailbox.DONE;
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

  /** When it expires stays as it was for the password before, so it is always said. */
  private static CompletableFuture<?> send(QmpConnection qmp, VncPassword password) {
    String text = new String(password.text(), UTF_8);
    String time =
        password.lifetime().map(Duration::toSeconds).map(seconds -> "+" + seconds).orElse("never");
    return qmp.send(new SetPassword(new SetPasswordOptions.Vnc(text)))
        .thenCompose(set -> qmp.send(new ExpirePassword(new ExpirePasswordOptions.Vnc(time))));
  }

  private CompletionStage<?> told(
      VncPassword password, String actor, CompletableFuture<VerbResult> answer) {
    Map<String, String> facts =
        Map.of(
            "what", "vnc-password",
            "subject", "",
            "value", password.lifetime().map(time -> "set for " + text(time)).orElse("set"));
    return keeper
        .record(Step.by(actor).event(EventTypes.ADJUSTED, facts))
        .thenRun(() -> answer.complete(keeper.changed("")));
  }

  private static String text(Duration time) {
    return time.toSeconds() + " s";
  }
}
