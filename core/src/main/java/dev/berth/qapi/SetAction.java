package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Sets what QEMU does when the guest reboots, powers off, panics or hangs; null leaves that as it
 * is.
 *
 * <p>QAPI {@code set-action}, run-state.json; since 6.0.
 *
 * @param reboot when it reboots
 * @param shutdown when it powers off
 * @param panic when it panics
 * @param watchdog when the watchdog barks
 */
public record SetAction(
    @Nullable RebootAction reboot,
    @Nullable ShutdownAction shutdown,
    @Nullable PanicAction panic,
    @Nullable WatchdogAction watchdog)
    implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "set-action";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    if (reboot != null) {
      arguments.put("reboot", reboot.value());
    }
    if (shutdown != null) {
      arguments.put("shutdown", shutdown.value());
    }
    if (panic != null) {
      arguments.put("panic", panic.value());
    }
    if (watchdog != null) {
      arguments.put("watchdog", watchdog.value());
    }
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
