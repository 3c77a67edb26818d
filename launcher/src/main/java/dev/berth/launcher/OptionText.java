package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/**
 * The value of a QEMU option that is a list of keys: {@code socket,id=qmp,path=/run/a,,b}. The one
 * place that knows how such a value is written, commas doubled. Immutable.
 */
final class OptionText {
  private final String text;

  private OptionText(String text) {
    this.text = text;
  }

  /** A value that begins with a word without a key, mostly the kind of thing that is made. */
  static OptionText of(String kind) {
    return new OptionText(escaped(kind));
  }

  /** A value of keys only, beginning with this one. */
  static OptionText of(String key, Object value) {
    return new OptionText(key + "=" + escaped(value.toString()));
  }

  /** A character device that listens on a socket. */
  static OptionText socket(String id, Path path) {
    return of("socket").with("id", id).with("path", path).with("server", "on").with("wait", "off");
  }

  /** The same with one more key. */
  OptionText with(String key, Object value) {
    return new OptionText(text + "," + key + "=" + escaped(value.toString()));
  }

  /** The same with the members of an object as keys, as QMP would have them. */
  OptionText withAll(ObjectNode members) {
    OptionText text = this;
    for (Map.Entry<String, JsonNode> member : members.properties()) {
      text = text.with(member.getKey(), member.getValue().asText());
    }
    return text;
  }

  private static String escaped(String value) {
    return value.replace(",", ",,");
  }

  @Override
  public String toString() {
    return text;
  }
}
