package dev.berth.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.EventTypes;
import dev.berth.domain.HandTouch;
import dev.berth.error.MachineLostException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.QmpRequest;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.machine.SpawningForms;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * QMP commands that somebody sends by hand: checked, put on record where they may change the
 * machine, sent, answered. Runs in the driver's turns, and holds no thread meanwhile.
 *
 * <p>The record comes first: a host that dies in between has then marked a machine that may not
 * have been touched, rather than the other way round.
 */
final class HandCommands {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;

  HandCommands(
      HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper, MachineVerbs verbs) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.verbs = verbs;
  }

  /** A command on its way. */
  private record Sent(
      QmpRequest request, ObjectNode arguments, String actor, CompletableFuture<String> answer) {

    boolean mayChange() {
      return HandRules.mayChange(request.command(), arguments);
    }
  }

  /** Any command, answered with what QEMU returns. */
  private record Any(String command, ObjectNode arguments) implements QmpCommand<JsonNode> {
    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }

  CompletionStage<?> send(
      QmpRequest request,
      ObjectNode arguments,
      String actor,
      boolean hasDeadline,
      CompletableFuture<String> answer) {
    HandRules.refuseOwned(request.command(), arguments);
    return verbs.onLiveMachine(
        Verb.QMP,
        hasDeadline,
        active -> {
          Sent sent = new Sent(request, arguments, actor, answer);
          refuseSpawning(active.machine(), sent);
          CompletableFuture<VerbResult> stalled = new CompletableFuture<>();
          stalled.exceptionally(failure -> Requests.fail(answer, failure));
          MachineWatch.VerbInFlight inFlight =
              new MachineWatch.VerbInFlight(Verb.QMP, actor, hasDeadline, stalled);
          active.watch().add(inFlight);
          answer.whenComplete(
              (done, failure) ->
                  mailbox.event(
                      () -> {
                        active.watch().remove(inFlight);
                        return Mailbox.DONE;
                      }));
          checked(active.machine(), request, arguments)
              .whenComplete(
                  (fine, failure) ->
                      mailbox.event(
                          () -> failure == null ? mark(active, sent) : fail(sent, failure)));
          return Mailbox.DONE;
        });
  }

  /** What this QEMU's own schema says of it, as JSON text. */
  CompletionStage<?> schema(CompletableFuture<String> answer) {
    return verbs.onLiveMachine(
        Verb.QMP,
        false,
        active -> {
          host.launcher()
              .schema(active.machine())
              .whenComplete(
                  (schema, failure) -> {
                    if (failure == null) {
                      answer.complete(schema.json());
                    } else {
                      answer.completeExceptionally(MachineKeeper.cause(failure));
                    }
                  });
          return Mailbox.DONE;
        });
  }

  private static void refuseSpawning(Machine machine, Sent sent) {
    if (SpawningForms.areDenied(machine.launch().argv())) {
      SpawningForms.in(sent.request().command(), sent.arguments())
          .ifPresent(
              program -> {
                throw new UnsupportedException(
                    "Cannot send '"
                        + sent.request().command()
                        + "': QEMU would start "
                        + program
                        + ", and its sandbox forbids it to start programs. Nothing was sent.");
              });
    }
  }

  private CompletionStage<?> checked(Machine machine, QmpRequest request, ObjectNode arguments) {
    return switch (request.check()) {
      case RAW -> Mailbox.DONE;
      case TYPED ->
          host.launcher()
              .schema(machine)
              .thenAccept(schema -> HandRules.check(schema, request, arguments));
    };
  }

  private CompletionStage<?> mark(Lifecycle.Active active, Sent sent) {
    if (sent.answer().isDone()) {
      return Mailbox.DONE; // QEMU has stalled meanwhile, and the caller was told so
    }
    if (keeper.lifecycle() != active) {
      return fail(
          sent,
          new MachineLostException(
              "The machine of domain '" + ledger.name() + "' is ending. Nothing was sent."));
    }
    if (!sent.mayChange()) {
      submit(active, sent);
      return Mailbox.DONE;
    }
    String command = sent.request().command();
    return ledger
        .request(
            Step.by(sent.actor())
                .touched(new HandTouch(command, sent.actor(), host.now()))
                .event(EventTypes.TOUCHED, Map.of("command", command)))
        .thenRun(
            () -> {
              keeper.showMachine(active);
              active.news().resetAsked(); // a reset by hand is news
              submit(active, sent);
            })
        .exceptionally(failure -> Requests.fail(sent.answer(), failure));
  }

  private void submit(Lifecycle.Active active, Sent sent) {
    QmpConnection gated = active.machine().qmp();
    QmpConnection qmp = sent.request().check() == QmpRequest.Check.RAW ? gated.ungated() : gated;
    Any command = new Any(sent.request().command(), sent.arguments());
    CompletableFuture<JsonNode> reply =
        switch (sent.request().lane()) {
          case IN_BAND -> qmp.send(command);
          case OUT_OF_BAND -> qmp.sendOutOfBand(command);
        };
    reply
        .thenApply(Json::text)
        .whenComplete(
            (returned, failure) ->
                mailbox.event(
                    () ->
                        failure == null ? returned(active, sent, returned) : fail(sent, failure)));
  }

  /** What the command has made of the machine is on record before its caller goes on. */
  private CompletionStage<?> returned(Lifecycle.Active active, Sent sent, String returned) {
    if (sent.mayChange() && keeper.lifecycle() == active) {
      keeper
          .runStates()
          .ask(active)
          .whenComplete((told, failure) -> sent.answer().complete(returned));
    } else {
      sent.answer().complete(returned);
    }
    return Mailbox.DONE;
  }

  private static CompletionStage<?> fail(Sent sent, @Nullable Throwable failure) {
    if (failure != null) {
      sent.answer().completeExceptionally(MachineKeeper.cause(failure));
    }
    return Mailbox.DONE;
  }
}
