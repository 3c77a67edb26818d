package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.EditScope;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.util.Optional;

/**
 * What every device of a domain has, as JSON. A scope that this version does not know reads as
 * {@link EditScope#BOTH}.
 */
final class DeviceFields {
  private DeviceFields() {}

  static void write(
      ObjectNode node, EditScope scope, Optional<String> place, Optional<JobId> leaving) {
    node.put("scope", WireText.of(scope));
    place.ifPresent(text -> node.put("place", text));
    leaving.ifPresent(job -> node.put("leaving", job.text()));
  }

  static EditScope scope(JsonNode node) {
    return WireText.parse(EditScope.class, Json.text(node, "scope")).orElse(EditScope.BOTH);
  }

  static Optional<String> place(JsonNode node) {
    return Json.optionalText(node, "place");
  }

  static Optional<JobId> leaving(JsonNode node) {
    try {
      return Json.optionalText(node, "leaving").map(JobId::new);
    } catch (InvalidRequestException noJob) {
      throw new MalformedReplyException("member 'leaving': " + noJob.getMessage());
    }
  }
}
