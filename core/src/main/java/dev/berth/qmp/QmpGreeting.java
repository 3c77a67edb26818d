package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How QEMU introduces itself on a new monitor connection.
 *
 * @param major QEMU's major version
 * @param minor QEMU's minor version
 * @param micro QEMU's micro version; 50 and up on development builds
 * @param packageVersion the packager's version, e.g. {@code Debian 1:7.2+dfsg-7+deb12u16}; may be
 *     empty
 * @param capabilities QAPI {@code QMPCapability} values on offer, e.g. {@code oob} (since 2.12)
 */
public record QmpGreeting(
    int major, int minor, int micro, String packageVersion, Set<String> capabilities) {

  /** The capability to run some commands ahead of the queue. */
  static final String OOB = "oob";

  /** A greeting whose capabilities nobody changes any more. */
  public QmpGreeting {
    capabilities = Set.copyOf(capabilities);
  }

  /** The version as {@code 7.2.22}. */
  public String version() {
    return major + "." + minor + "." + micro;
  }

  /** Whether it is of an earlier version than that. */
  public boolean isBefore(int otherMajor, int otherMinor) {
    return major < otherMajor || (major == otherMajor && minor < otherMinor);
  }

  boolean offersOutOfBand() {
    return capabilities.contains(OOB);
  }

  /** Reads the line {@code {"QMP": {"version": …, "capabilities": …}}}. */
  static QmpGreeting decode(JsonNode line) throws MalformedReplyException {
    JsonNode qmp = Json.object(line, "QMP");
    JsonNode version = Json.object(qmp, "version");
    JsonNode numbers = Json.object(version, "qemu");
    var capabilities = new LinkedHashSet<String>();
    for (JsonNode capability : Json.array(qmp, "capabilities")) {
      if (capability.isTextual()) { // anything else is of a later protocol
        capabilities.add(capability.textValue());
      }
    }
    return new QmpGreeting(
        Math.toIntExact(Json.number(numbers, "major")),
        Math.toIntExact(Json.number(numbers, "minor")),
        Math.toIntExact(Json.number(numbers, "micro")),
        Json.optionalText(version, "package").orElse(""),
        capabilities);
  }
}
