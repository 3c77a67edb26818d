package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * One descriptor of a set.
 *
 * <p>QAPI {@code FdsetFdInfo}, misc.json; since 1.2.
 *
 * @param fd its number in QEMU's process
 * @param opaque the note that came with it
 */
public record FdsetFdInfo(long fd, Optional<String> opaque) {

  static FdsetFdInfo decode(JsonNode value) {
    return new FdsetFdInfo(Json.number(value, "fd"), Json.optionalText(value, "opaque"));
  }
}
