package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.control.GuestShutdownCodec;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.ErrorCode;
import dev.berth.host.CallOptions;
import dev.berth.host.EventStream;
import dev.berth.host.GuestShutdown;
import dev.berth.host.GuestShutdown.Outcome;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.TypeConversionException;

/** {@code vmctl shutdown-guests}. */
final class ShutdownGuestsCommand implements Command {
  private static final Duration LOOK_UP = Duration.ofMillis(100);

  private final Parameter<Duration> timeout;
  private final Parameter<Afterwards> policy;

  ShutdownGuestsCommand(Parameters parameters) {
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long each guest may take.");
    policy =
        parameters.option(
            "--policy",
            "POLICY",
            ShutdownGuestsCommand::afterwards,
            "leave",
            "What becomes of a guest that does not shut down: 'leave' or 'destroy'.");
  }

  private static Afterwards afterwards(String text) {
    return switch (text) {
      case "leave" -> Afterwards.KEEP_RUNNING;
      case "destroy" -> Afterwards.DESTROY;
      default -> throw new TypeConversionException("'" + text + "' is neither leave nor destroy");
    };
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    Output output = session.output();
    List<GuestShutdown> guests;
    try (EventStream events = host.events(host.eventRange().newest())) {
      CompletableFuture<List<GuestShutdown>> all =
          CompletableFuture.supplyAsync(
              () ->
                  host.shutdownGuests(
                      new ShutdownPolicy(timeout.value(), policy.value()), CallOptions.none()),
              task -> new Thread(task, "vmctl-shutdown-guests").start());
      while (!all.isDone()) {
        Optional<DomainEvent> event = events.next(LOOK_UP);
        if (event.isPresent()) {
          tell(output, event.get());
        }
      }
      guests = outcome(all);
    }
    if (guests.isEmpty()) {
      output.note("no guest runs");
    }
    for (GuestShutdown guest : guests) {
      output.item(() -> GuestShutdownCodec.write(guest), () -> sentence(guest));
    }
    return guests.stream().anyMatch(guest -> guest.outcome() == Outcome.LEFT)
        ? ErrorCode.DEADLINE_EXCEEDED.exitCode()
        : ExitCodes.OK;
  }

  private static List<GuestShutdown> outcome(CompletableFuture<List<GuestShutdown>> all) {
    try {
      return all.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** What happens meanwhile, for those who wait. */
  private static void tell(Output output, DomainEvent event) throws IOException {
    String name = event.name().orElse("");
    String state = event.attributes().getOrDefault("state", "");
    if (event.type().equals(EventTypes.SHUTDOWN_REQUESTED)) {
      output.note(name + " is asked to shut down");
    } else if (event.type().equals(EventTypes.STATE) && state.equals(DomainState.SHUTOFF.text())) {
      output.note(name + " is off (" + event.attributes().get("reason") + ")");
    }
  }

  private static String sentence(GuestShutdown guest) {
    String name = guest.snapshot().name().text();
    String detail = guest.detail().isEmpty() ? "" : ": " + Printable.line(guest.detail());
    return switch (guest.outcome()) {
      case SHUT_DOWN -> name + ": shut down";
      case DESTROYED -> name + ": destroyed" + detail;
      case CRASHED -> name + ": crashed" + detail;
      case KEPT_OFF -> name + ": kept off";
      case LEFT -> name + ": left" + detail;
    };
  }
}
