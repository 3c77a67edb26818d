package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;

/**
 * A connection of QEMU's own that {@code yank} can cut.
 *
 * <p>QAPI {@code YankInstance}, yank.json; since 6.0.
 */
public sealed interface YankInstance {

  /** The instance as QEMU writes it. */
  ObjectNode encode();

  /**
   * The connection of a network block node.
   *
   * @param nodeName the node
   */
  record BlockNode(String nodeName) implements YankInstance {
    @Override
    public ObjectNode encode() {
      return Json.object().put("type", "block-node").put("node-name", nodeName);
    }
  }

  /**
   * The connection of a socket character device.
   *
   * @param id the character device
   */
  record Chardev(String id) implements YankInstance {
    @Override
    public ObjectNode encode() {
      return Json.object().put("type", "chardev").put("id", id);
    }
  }

  /** The connection of the running migration. */
  record Migration() implements YankInstance {
    @Override
    public ObjectNode encode() {
      return Json.object().put("type", "migration");
    }
  }

  /**
   * A kind that a later QEMU added.
   *
   * @param value as it came
   */
  record Unknown(ObjectNode value) implements YankInstance {
    @Override
    public ObjectNode encode() {
      return value.deepCopy();
    }
  }

  /** Reads one element of the reply to {@code query-yank}. */
  static YankInstance decode(JsonNode value) {
    return switch (Json.text(value, "type")) {
      case "block-node" -> new BlockNode(Json.text(value, "node-name"));
      case "chardev" -> new Chardev(Json.text(value, "id"));
      case "migration" -> new Migration();
      default -> new Unknown(value.deepCopy());
    };
  }
}
