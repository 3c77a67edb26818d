package dev.berth.definition;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a section's keys were given. During the section's checks it may be incomplete; when the
 * section is built, every required key has its value.
 *
 * @param <R> what the section becomes
 */
final class Values<R> {
  private final Map<Key<R, ?>, Object> valueByKey = new IdentityHashMap<>();
  private final Node.Mapping mapping;

  Values(Node.Mapping mapping) {
    this.mapping = mapping;
  }

  /** Reads the key's value, if the document gives one. */
  <T> void read(Key<R, T> key, Node value, Place place) {
    key.type().read(value, place).ifPresent(result -> valueByKey.put(key, result));
  }

  /** Whether the document has that key, be its value right or wrong. */
  boolean isGiven(Key<R, ?> key) {
    return mapping.find(key.name()).isPresent();
  }

  /** The given value, else the default; empty when there is neither, or the given one is wrong. */
  @SuppressWarnings("unchecked") // read() puts a T for a Key<R, T>
  <T> Optional<T> find(Key<R, T> key) {
    Optional<T> given = Optional.ofNullable((T) valueByKey.get(key));
    return given.isPresent() || isGiven(key) ? given : key.defaultValue();
  }

  /**
   * The value of a key that is required or has a default.
   *
   * @throws IllegalStateException when the section was built in spite of a problem with that key
   */
  <T> T of(Key<R, T> key) {
    return find(key).orElseThrow(() -> new IllegalStateException("no value of " + key.name()));
  }

  /** Where the key's value stands, or the section when the key is not given. */
  Position position(Key<R, ?> key) {
    return mapping
        .find(key.name())
        .map(entry -> entry.value().position())
        .orElse(mapping.position());
  }
}
