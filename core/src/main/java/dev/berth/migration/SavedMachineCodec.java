package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SavedMachine.Origin;
import dev.berth.migration.SavedMachine.Stream;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;

/** Saved machines as JSON, as they describe themselves behind their streams. */
final class SavedMachineCodec {
  private static final int VERSION = 1;
  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  private SavedMachineCodec() {}

  static ObjectNode write(SavedMachine saved) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    node.put("job", saved.origin().job().text());
    node.put("actor", saved.origin().actor());
    node.put("at", saved.origin().at().toString());
    node.put("guest", saved.guest().name());
    node.put("launch", LAUNCHES.write(saved.launch()));
    ArrayNode images = node.putArray("images");
    for (ImageState image : saved.images()) {
      images
          .addObject()
          .put("file", image.file().toString())
          .put("bytes", image.bytes())
          .put("modified", image.modified().toString());
    }
    node.put("streamBytes", saved.stream().bytes());
    node.put("streamCrc32c", saved.stream().crc32c());
    return node;
  }

  /**
   * The saved machine that {@link #write} made that from.
   *
   * @throws MalformedReplyException when it is no description of one, or one of a newer version
   */
  static SavedMachine read(JsonNode node) {
    try {
      long version = Json.number(node, "version");
      if (version != VERSION) {
        throw new MalformedReplyException("its version is " + version + ", not " + VERSION);
      }
      return new SavedMachine(
          new Origin(
              new JobId(Json.text(node, "job")),
              Json.text(node, "actor"),
              Instant.parse(Json.text(node, "at"))),
          Guest.valueOf(Json.text(node, "guest")),
          LAUNCHES.read(Json.text(node, "launch")),
          Json.array(node, "images").stream().map(SavedMachineCodec::image).toList(),
          new Stream(Json.number(node, "streamBytes"), Json.number(node, "streamCrc32c")));
    } catch (InvalidRequestException | IllegalArgumentException | DateTimeException wrong) {
      throw new MalformedReplyException("no saved machine: " + wrong.getMessage());
    }
  }

  private static ImageState image(JsonNode node) {
    return new ImageState(
        Path.of(Json.text(node, "file")),
        Json.number(node, "bytes"),
        Instant.parse(Json.text(node, "modified")));
  }
}
