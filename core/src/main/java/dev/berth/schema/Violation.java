package dev.berth.schema;

/**
 * One thing that a schema does not allow.
 *
 * @param path the offending member, e.g. {@code arguments.backing.file.filename}; {@code arguments}
 *     for all of them, empty for the command itself
 * @param message what is wrong and what would be right
 */
public record Violation(String path, String message) {

  /** The violation as one line for people. */
  public String text() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
