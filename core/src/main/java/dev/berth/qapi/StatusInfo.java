package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * Whether the guest runs, and why not.
 *
 * <p>QAPI {@code StatusInfo}, run-state.json; since 0.14.
 *
 * @param running whether its CPUs run
 * @param status the state in full
 */
public record StatusInfo(boolean running, RunState status) {

  static StatusInfo decode(JsonNode value) {
    return new StatusInfo(Json.flag(value, "running"), new RunState(Json.text(value, "status")));
  }
}
