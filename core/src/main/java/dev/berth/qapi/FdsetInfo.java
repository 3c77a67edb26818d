package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.List;

/**
 * One set of descriptors.
 *
 * <p>QAPI {@code FdsetInfo}, misc.json; since 1.2.
 *
 * @param fdsetId its number
 * @param fds what it holds
 */
public record FdsetInfo(long fdsetId, List<FdsetFdInfo> fds) {

  static FdsetInfo decode(JsonNode value) {
    return new FdsetInfo(
        Json.number(value, "fdset-id"), Decoding.list(value.path("fds"), FdsetFdInfo::decode));
  }
}
