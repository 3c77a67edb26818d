package dev.berth.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Checkpoint.MarkedDisk;
import dev.berth.backup.Checkpoint.State;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.util.List;
import java.util.Locale;

/** Checkpoints as JSON: on the wire, and for programs that read {@code vmctl -o json}. */
public final class CheckpointCodec {
  private CheckpointCodec() {}

  /** Checkpoints in their order. */
  public static ArrayNode write(List<Checkpoint> checkpoints) {
    ArrayNode array = Json.array();
    checkpoints.forEach(checkpoint -> array.add(write(checkpoint)));
    return array;
  }

  private static ObjectNode write(Checkpoint checkpoint) {
    ObjectNode node = Json.object().put("sequence", checkpoint.sequence());
    checkpoint.name().ifPresent(name -> node.put("name", name.text()));
    node.put("job", checkpoint.job().text());
    ArrayNode disks = node.putArray("disks");
    for (MarkedDisk disk : checkpoint.disks()) {
      disks
          .addObject()
          .put("disk", disk.disk())
          .put("state", disk.state().name().toLowerCase(Locale.ROOT))
          .put("dirtyBytes", disk.dirtyBytes());
    }
    return node;
  }

  /**
   * The checkpoints of such an array.
   *
   * @throws MalformedReplyException when it is none
   */
  public static List<Checkpoint> list(JsonNode node) {
    try {
      return Json.elements(node).stream().map(CheckpointCodec::read).toList();
    } catch (InvalidRequestException | IllegalArgumentException wrong) {
      throw new MalformedReplyException("no checkpoint: " + wrong.getMessage());
    }
  }

  private static Checkpoint read(JsonNode node) {
    return new Checkpoint(
        Json.number(node, "sequence"),
        Json.optionalText(node, "name").map(CheckpointName::new),
        new JobId(Json.text(node, "job")),
        Json.array(node, "disks").stream().map(CheckpointCodec::disk).toList());
  }

  private static MarkedDisk disk(JsonNode node) {
    return new MarkedDisk(
        Json.text(node, "disk"),
        State.valueOf(Json.text(node, "state").toUpperCase(Locale.ROOT)),
        Json.number(node, "dirtyBytes"));
  }
}
