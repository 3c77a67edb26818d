package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.time.Duration;

/** What both ends of a control connection agree on; {@code docs/control-protocol.md} tells it. */
final class Protocol {
  /** The version that {@code hello} compares. A change that an old peer would misread counts it. */
  static final int VERSION = 1;

  /** Longest request line: the largest argument is a definition's text. */
  static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

  /** Longest reply line: the largest result is 16 MiB of log, four thirds of that in base64. */
  static final int MAX_REPLY_BYTES = 32 * 1024 * 1024;

  /** How often a wait that has to notice its end looks up. */
  static final Duration POLL = Duration.ofMillis(200);

  static final String VERSION_MEMBER = "jsonrpc";
  static final String VERSION_TEXT = "2.0";

  private Protocol() {}

  /** An empty message with its mark. */
  static ObjectNode message() {
    return Json.object().put(VERSION_MEMBER, VERSION_TEXT);
  }
}
