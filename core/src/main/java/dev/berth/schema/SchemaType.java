package dev.berth.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A type of a live schema. What it is made of is named, not held: a name is looked up in {@link
 * QmpSchema#type} when somebody gets there, so that types may contain each other. Immutable.
 */
public sealed interface SchemaType {

  /** The builtin types; the schema calls every integer {@code int}, whatever its range. */
  enum Builtin implements SchemaType {
    STRING("a string"),
    INTEGER("a whole number"),
    NUMBER("a number"),
    BOOLEAN("true or false"),
    NULL("null"),
    /** Anything; also what a later QEMU calls by a meta-type that is not known here. */
    ANY("anything");

    private final String words;

    Builtin(String words) {
      this.words = words;
    }

    /** What a value must be, for messages. */
    public String words() {
      return words;
    }
  }

  /** One of some words. */
  record Enumeration(Set<String> values) implements SchemaType {}

  /** An array. */
  record Sequence(String element) implements SchemaType {}

  /** One of several types that differ in their JSON type. */
  record Alternate(List<String> branches) implements SchemaType {

    /** Copies the list. */
    public Alternate {
      branches = List.copyOf(branches);
    }
  }

  /**
   * An object; with a tag, a union.
   *
   * @param members those that are always there, by name
   * @param tag the member whose value decides what else there is
   * @param variants the types of the further members, by that value; a value without a type has
   *     none
   */
  record Structure(Map<String, Member> members, Optional<String> tag, Map<String, String> variants)
      implements SchemaType {}

  /**
   * A member of an object.
   *
   * @param type its type's name
   * @param optional whether it may be left out
   * @param features such as {@code deprecated} and {@code unstable}
   */
  record Member(String name, String type, boolean optional, Set<String> features) {

    /** Copies the set. */
    public Member {
      features = Set.copyOf(features);
    }
  }
}
