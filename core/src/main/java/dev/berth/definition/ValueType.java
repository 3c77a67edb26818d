package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A kind of value that a key can take. The one description of it serves the reader, the writer, the
 * JSON Schema and the reference page.
 *
 * @param <T> what a value becomes
 */
interface ValueType<T> {

  /** What is expected, to follow "expected": {@code a whole number from 1 to 512}. */
  String expected();

  /** The value that stands there; empty when it is none, which has then been reported. */
  Optional<T> read(Node node, Place place);

  /** The canonical form, which reads back as an equal value. */
  JsonNode write(T value);

  /** The JSON Schema of the value, as strict as a schema can be. */
  ObjectNode schema();
}
