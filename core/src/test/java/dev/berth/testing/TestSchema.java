package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * What a QEMU said to {@code query-qmp-schema}, kept for tests that need no QEMU.
 *
 * @param version that QEMU's
 */
public record TestSchema(String version) {

  /** One of each supported QEMU, oldest first. */
  public static List<TestSchema> all() {
    return List.of(
        new TestSchema("5.2.0"),
        new TestSchema("7.2.22"),
        new TestSchema("10.0.13"),
        new TestSchema("11.1.3"));
  }

  /** That of one version. */
  public static TestSchema of(String version) {
    return new TestSchema(version);
  }

  /** The reply as QEMU sent it. */
  public byte[] bytes() {
    String name = "/dev/berth/qapi/schema/query-qmp-schema-" + version + ".json.gz";
    try (InputStream file = Objects.requireNonNull(TestSchema.class.getResourceAsStream(name));
        GZIPInputStream json = new GZIPInputStream(file)) {
      return json.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The reply. */
  public JsonNode reply() {
    try {
      return Json.read(bytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** An index of it. */
  public QmpSchema index() {
    return QmpSchema.read(version, reply());
  }

  @Override
  public String toString() {
    return version;
  }
}
