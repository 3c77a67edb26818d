package dev.berth.definition;

import dev.berth.error.Problem;
import java.util.function.Supplier;

/**
 * A place in the document that is being read.
 *
 * @param reading the pass over the document
 * @param path such as {@code disks[1].file}; empty for the whole document
 */
record Place(Reading reading, String path) {

  /** The place of a key in this mapping. */
  Place key(String key) {
    String name = Quotation.cut(key);
    return new Place(reading, path.isEmpty() ? name : path + "." + name);
  }

  /** The place of an item of this list. */
  Place item(int index) {
    return new Place(reading, path + "[" + index + "]");
  }

  /** Reports what is wrong here, and what would be right. */
  void report(Position position, String message) {
    report(position, () -> message);
  }

  /** The same with a message that takes time to make. */
  void report(Position position, Supplier<String> message) {
    reading.report(() -> new Problem(path, position.line(), position.column(), message.get()));
  }

  /** Reports that something else stands here than what the key takes. */
  void reportMismatch(Node found, String expected) {
    report(found.position(), "expected " + expected + ", found " + found.described());
  }
}
