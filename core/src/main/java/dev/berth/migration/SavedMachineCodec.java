package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SavedMachine.Origin;
import dev.berth.migration.SavedMachine.Stream;
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
    node.set("cpu", GuestCpuCodec.write(saved.cpu()));
    node.set("images", ImageState.write(saved.images()));
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
          launch(Json.text(node, "launch")),
          Json.optionalObject(node, "cpu").map(GuestCpuCodec::read).orElse(GuestCpu.UNKNOWN),
          ImageState.read(Json.array(node, "images")),
          new Stream(Json.number(node, "streamBytes"), Json.number(node, "streamCrc32c")));
    } catch (InvalidRequestException | IllegalArgumentException | DateTimeException wrong) {
      throw new MalformedReplyException("no saved machine: " + wrong.getMessage());
    }
  }

  private static LaunchRecord launch(String text) {
    try {
      return LAUNCHES.read(text);
    } catch (UnsupportedException newer) {
      throw new MalformedReplyException(
          "a newer version of Berth has written it. Restore it with that one");
    } catch (HostFailureException unreadable) {
      throw new MalformedReplyException(
          "the record of its machine cannot be read. Restore it with the version of Berth that has"
              + " written it");
    }
  }
}
