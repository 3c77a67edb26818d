package dev.berth.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.regex.Pattern;

/** A command that somebody has written: what has to be true of it whoever takes it. */
final class CommandText {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final int LONGEST = 4 * 1024 * 1024;

  private CommandText() {}

  /**
   * Checks both.
   *
   * @throws InvalidRequestException when the command is no name, or the arguments are not one
   *     object, have a member twice or half a surrogate pair, or are longer than 4 Mi characters
   */
  static void check(String command, String arguments) {
    if (!NAME.matcher(command).matches()) {
      throw new InvalidRequestException(
          "command: a QAPI name has letters, digits, '-', '_' and '.', and begins with none of the"
              + " last three.");
    }
    if (arguments.length() > LONGEST) {
      throw new InvalidRequestException(
          "arguments: " + arguments.length() + " characters are too many; " + LONGEST + " may be.");
    }
    try {
      if (!Json.readStrictly(arguments).isObject()) {
        throw new InvalidRequestException("arguments: should be one JSON object.");
      }
    } catch (JsonProcessingException wrong) {
      throw new InvalidRequestException(
          "arguments: are no JSON: "
              + wrong.getOriginalMessage()
              + " (line "
              + wrong.getLocation().getLineNr()
              + ", column "
              + wrong.getLocation().getColumnNr()
              + ").",
          wrong);
    } catch (IOException wrong) {
      throw new InvalidRequestException("arguments: " + wrong.getMessage() + ".", wrong);
    }
  }
}
