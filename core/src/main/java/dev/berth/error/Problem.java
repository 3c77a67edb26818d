package dev.berth.error;

import dev.berth.api.Api;
import java.io.Serializable;

/**
 * One thing wrong with a definition.
 *
 * @param path where in the document, e.g. {@code disks[1].file}; empty for the whole document
 * @param line line in the document, from 1; 0 when the definition did not come from text
 * @param column column in the line, from 1; 0 when unknown
 * @param message what is wrong and what would be right
 */
@Api(since = "0.1")
public record Problem(String path, int line, int column, String message) implements Serializable {

  /** A problem of a definition that was built in code, without a position. */
  public static Problem at(String path, String message) {
    return new Problem(path, 0, 0, message);
  }

  /** The problem as one line for people: {@code hello.yaml:3:9: memory: …}. */
  public String text(String origin) {
    String position = line > 0 ? origin + ":" + line + ":" + column : origin;
    return path.isEmpty() ? position + ": " + message : position + ": " + path + ": " + message;
  }
}
