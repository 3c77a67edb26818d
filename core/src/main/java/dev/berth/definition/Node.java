package dev.berth.definition;

import java.util.List;
import java.util.Optional;

/** A document as a tree of which every part knows where it stands. */
sealed interface Node {

  /** Where it begins. */
  Position position();

  /** What it is, as the end of "expected …, found …". */
  String described();

  /** A text: quoted, or plain and not mistakable for one of the other scalars. */
  record Text(Position position, String value) implements Node {
    @Override
    public String described() {
      return Quotation.of(value);
    }
  }

  /** A number, as it was written. */
  record Number(Position position, String digits) implements Node {
    @Override
    public String described() {
      return "the number " + Quotation.cut(digits);
    }
  }

  /** True or false. */
  record Flag(Position position, boolean value) implements Node {
    @Override
    public String described() {
      return String.valueOf(value);
    }
  }

  /** A key without a value, {@code null} or {@code ~}. */
  record Nothing(Position position) implements Node {
    @Override
    public String described() {
      return "nothing: give the key a value or remove it";
    }
  }

  /** Values in order. */
  record Sequence(Position position, List<Node> items) implements Node {
    @Override
    public String described() {
      return "a list";
    }
  }

  /** Keys with their values, in document order; a key can occur twice. */
  record Mapping(Position position, List<Entry> entries) implements Node {
    @Override
    public String described() {
      return "a mapping";
    }

    /** The first entry of that key. */
    Optional<Entry> find(String key) {
      return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }
  }

  /** One key of a mapping, where the key stands, and its value. */
  record Entry(Position position, String key, Node value) {}
}
