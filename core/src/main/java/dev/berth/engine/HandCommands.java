package dev.berth.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.EventTypes;
import dev.berth.domain.HandTouch;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.engine.qemu.HandCommand;
import dev.berth.engine.qemu.HandRules;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.MachineLostException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.machine.SpawningForms;
import dev.berth.qmp.QmpConnection;
import java.io.FileDescriptor;
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
  private record Sent(HandCommand command, CompletableFuture<String> answer) {}

  CompletionStage<?> send(HandCommand command, CompletableFuture<String> answer) {
    HandRules.refuseOwned(command.name(), command.arguments());
    return verbs.onLiveMachine(
        Verb.QMP,
        command.hasDeadline(),
        active -> {
          refuseSpawning(active.machine(), command);
          Sent sent = new Sent(command, answer);
          verbs.watch(active, Verb.QMP, command.actor(), command.hasDeadline(), answer);
          checked(active.machine(), command)
              .thenCompose(fine -> prepared(active.machine(), sent))
              .whenComplete(
                  (ready, failure) ->
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
                      answer.completeExceptionally(Answers.cause(failure));
                    }
                  });
          return Mailbox.DONE;
        });
  }

  private static void refuseSpawning(Machine machine, HandCommand command) {
    if (SpawningForms.areDenied(machine.launch().argv())) {
      SpawningForms.in(command.name(), command.arguments())
          .ifPresent(
              program -> {
                throw new UnsupportedException(
                    "Cannot send '"
                        + command.name()
                        + "': QEMU would start "
                        + program
                        + ", and its sandbox forbids it to start programs. Nothing was sent.");
              });
    }
  }

  private CompletionStage<?> checked(Machine machine, HandCommand command) {
    return switch (command.request().check()) {
      case RAW -> Mailbox.DONE;
      case TYPED ->
          host.launcher()
              .schema(machine)
              .thenAccept(
                  schema -> HandRules.check(schema, command.request(), command.arguments()));
    };
  }

  /** What QEMU might die of is not sent. A set by hand gets its file looked at, and its number. */
  private CompletionStage<?> prepared(Machine machine, Sent sent) {
    HandCommand command = sent.command();
    if (BlockNodes.isAskedFor(command)) {
      return new BlockNodes(machine.qmp()).requireAskable();
    }
    if (!command.name().equals("add-fd")) {
      return Mailbox.DONE;
    }
    String name = command.descriptor().orElseThrow();
    return CompletableFuture.runAsync(
            () -> host.launcher().prepare(machine.launch(), command.held(), name), host.patient())
        .thenCompose(ready -> keeper.fdsets().number(machine, command.arguments()));
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
    HandCommand command = sent.command();
    if (!command.mayChange()) {
      submit(active, sent);
      return Mailbox.DONE;
    }
    return ledger
        .request(
            Step.by(command.actor())
                .touched(new HandTouch(command.name(), command.actor(), host.now()))
                .event(EventTypes.TOUCHED, Map.of("command", command.name())))
        .thenRun(
            () -> {
              keeper.showMachine(active);
              active.news().resetAsked(); // a reset by hand is news
              submit(active, sent);
            })
        .exceptionally(failure -> Answers.fail(sent.answer(), failure));
  }

  private void submit(Lifecycle.Active active, Sent sent) {
    HandCommand command = sent.command();
    QmpConnection gated = active.machine().qmp();
    QmpConnection qmp = command.request().check() == QmpRequest.Check.RAW ? gated.ungated() : gated;
    if (command.descriptor().isEmpty()) {
      answer(active, sent, send(qmp, command));
    } else if (command.held().handOver()) { // else the call has ended meanwhile
      FileDescriptor descriptor =
          command.descriptor().flatMap(command.held()::descriptor).orElseThrow();
      answer(
          active,
          sent,
          qmp.send(command.toSend(), descriptor)
              .whenComplete((reply, failure) -> command.held().close()));
    }
  }

  private static CompletableFuture<JsonNode> send(QmpConnection qmp, HandCommand command) {
    return switch (command.request().lane()) {
      case IN_BAND -> qmp.send(command.toSend());
      case OUT_OF_BAND -> qmp.sendOutOfBand(command.toSend());
    };
  }

  private void answer(Lifecycle.Active active, Sent sent, CompletableFuture<JsonNode> reply) {
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
    if (sent.command().mayChange() && keeper.lifecycle() == active) {
      keeper
          .runStates()
          .ask(active)
          .thenCompose(told -> settled(active, sent.command()))
          .whenComplete((settled, failure) -> sent.answer().complete(returned));
    } else {
      sent.answer().complete(returned);
    }
    return Mailbox.DONE;
  }

  /** A node that is gone takes its fdset with it. */
  private CompletionStage<?> settled(Lifecycle.Active active, HandCommand command) {
    return command.name().equals("blockdev-del") ? keeper.fdsets().settle(active) : Mailbox.DONE;
  }

  private static CompletionStage<?> fail(Sent sent, @Nullable Throwable failure) {
    if (failure != null) {
      sent.answer().completeExceptionally(Answers.cause(failure));
    }
    return Mailbox.DONE;
  }
}
