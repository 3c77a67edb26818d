package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;

/**
 * One key of a section.
 *
 * @param name as it stands in documents
 * @param type of its value
 * @param absence what it means to leave the key out
 * @param part finds the value in what the section becomes; empty when the key is left out there
 * @param meaning one or two sentences, for the reference and the schema
 * @param <R> what the section becomes
 * @param <T> what the value becomes
 */
record Key<R, T>(
    String name,
    ValueType<T> type,
    Absence<T> absence,
    Function<R, Optional<T>> part,
    String meaning) {

  /** What it means to leave a key out. */
  sealed interface Absence<T> {}

  /** It cannot be left out. */
  record Refused<T>(String example) implements Absence<T> {}

  /** This value is taken. */
  record Default<T>(T value) implements Absence<T> {}

  /** Nothing, or what the note says. */
  record Meant<T>(String note) implements Absence<T> {}

  /** A key that cannot be left out. */
  static <R, T> Key<R, T> required(
      String name, ValueType<T> type, String example, Function<R, T> part, String meaning) {
    return new Key<>(name, type, new Refused<>(example), part.andThen(Optional::of), meaning);
  }

  /** A key with a default. */
  static <R, T> Key<R, T> defaulted(
      String name, ValueType<T> type, T value, Function<R, T> part, String meaning) {
    return new Key<>(name, type, new Default<>(value), part.andThen(Optional::of), meaning);
  }

  /** A key that can be left out; the note says what that means. */
  static <R, T> Key<R, T> optional(
      String name, ValueType<T> type, String note, Function<R, Optional<T>> part, String meaning) {
    return new Key<>(name, type, new Meant<>(note), part, meaning);
  }

  /** The value when the key is left out, if there is one. */
  Optional<T> defaultValue() {
    return absence instanceof Default<T> standard
        ? Optional.of(standard.value())
        : Optional.empty();
  }

  /** What to write when the key is missing; empty when it need not be written. */
  Optional<String> requiredExample() {
    return absence instanceof Refused<T> refused
        ? Optional.of(refused.example())
        : Optional.empty();
  }

  /** The canonical form of this key's value in the whole. */
  Optional<JsonNode> write(R whole) {
    return part.apply(whole).map(type::write);
  }
}
