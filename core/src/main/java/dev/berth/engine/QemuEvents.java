package dev.berth.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.EventTypes;
import dev.berth.qmp.QmpEvent;
import java.util.Map;

/**
 * What QEMU's events mean to a driver: mostly a reason to ask for the run state. Owned by the
 * driver.
 */
final class QemuEvents {
  private final HostServices host;
  private final MachineKeeper keeper;
  private final EventBudget budget;

  QemuEvents(HostServices host, MachineKeeper keeper) {
    this.host = host;
    this.keeper = keeper;
    this.budget = new EventBudget(host.now());
  }

  /** Notes what the event alone tells, then asks where things stand. */
  void event(Lifecycle.Active active, QmpEvent event) {
    MachineWatch watch = active.watch();
    switch (event.name()) {
      case "SHUTDOWN" -> shutdown(watch, event.data());
      case "GUEST_PANICKED" -> watch.panicked(true);
      case "RESET" -> {
        watch.panicked(false);
        note(EventTypes.RESET, Map.of("cause", text(event.data(), "reason")));
      }
      case "BLOCK_IO_ERROR" ->
          note(
              EventTypes.IO_ERROR,
              Map.of(
                  "node", text(event.data(), "node-name"),
                  "operation", text(event.data(), "operation"),
                  "action", text(event.data(), "action"),
                  "reason", text(event.data(), "reason")));
      case "STOP", "RESUME", "SUSPEND", "WAKEUP", "WATCHDOG" -> {}
      default -> {
        return;
      }
    }
    keeper.ask(active);
  }

  private static void shutdown(MachineWatch watch, JsonNode data) {
    String reason = text(data, "reason");
    if (reason.equals("host-signal") || reason.equals("host-qmp-quit")) {
      watch.noteEndedFromOutside();
    } else if (reason.equals("guest-panic")) {
      watch.panicked(true);
    }
  }

  private void note(String type, Map<String, String> attributes) {
    if (budget.spend(host.now())) {
      keeper.tell(Step.by(Actors.GUEST).event(type, attributes));
    }
  }

  private static String text(JsonNode data, String member) {
    String text = data.path(member).asText("");
    return text.length() <= 200 ? text : text.substring(0, 200);
  }
}
