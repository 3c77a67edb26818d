package dev.berth.generator.schema;

/** Names for types that the sources do not name. */
final class Names {
  private Names() {}

  /** {@code query-block} as {@code QueryBlock}. */
  static String pascal(String name) {
    var pascal = new StringBuilder();
    for (String word : name.split("[-_.]")) {
      if (!word.isEmpty()) {
        pascal.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return pascal.toString();
  }
}
