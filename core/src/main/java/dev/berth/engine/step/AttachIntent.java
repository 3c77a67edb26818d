package dev.berth.engine.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Pluggable;
import dev.berth.error.HostFailureException;
import dev.berth.host.EditScope;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.store.Intent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A device that is about to be added to a machine: what a restarted host needs to know to tell
 * whether it was, and to undo what was done.
 *
 * @param actor who asked
 * @param since when
 */
public record AttachIntent(
    Pluggable device, EditScope scope, DevicePlan plan, String actor, Instant since) {
  private static final String DEVICE = "device";
  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  public static boolean is(Intent intent) {
    return Plugging.of(intent).isPresent();
  }

  public Plugging words() {
    return Plugging.of(device.kind());
  }

  /** As it is stored. The plan is kept as a record that has nothing else. */
  public Intent stored(UUID domain, LaunchRecord launch) {
    ObjectNode document = Json.object();
    document.put(DEVICE, DeviceDocument.json(device));
    document.put("scope", scope.name());
    plan.places().forEach(document.putArray("places")::add);
    document.put("plan", LAUNCHES.write(launch.with(plan.steps(), plan.devices())));
    return new Intent(domain, words().intent(), Json.text(document), actor, since);
  }

  /**
   * The intent of that row.
   *
   * @throws HostFailureException when it cannot be read
   */
  public static AttachIntent read(Intent stored) {
    try {
      JsonNode document = Json.read(stored.document());
      DeviceKind kind = Plugging.of(stored).orElseThrow().kind();
      Pluggable device =
          DeviceDocument.read(
              kind,
              new DefinitionDocument(
                  Json.text(document, DEVICE), "a device on record", Path.of("/")));
      Set<String> places = new HashSet<>();
      document.path("places").forEach(place -> places.add(place.asText()));
      LaunchRecord plan = LAUNCHES.read(Json.text(document, "plan"));
      return new AttachIntent(
          device,
          EditScope.valueOf(Json.text(document, "scope")),
          new DevicePlan(kind, device.name(), plan.assembly(), List.copyOf(plan.devices()), places),
          stored.actor(),
          stored.since());
    } catch (IOException | MalformedReplyException | IllegalArgumentException unreadable) {
      throw new HostFailureException(
          "What is on record of a device that was being attached cannot be read: "
              + unreadable.getMessage(),
          unreadable);
    }
  }
}
