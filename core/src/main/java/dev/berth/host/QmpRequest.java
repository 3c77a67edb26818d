package dev.berth.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * A QMP command that somebody sends by hand. Immutable.
 *
 * @param command the QAPI name, e.g. {@code query-block}
 * @param arguments its arguments, one JSON object
 * @param check whether they are checked before they are sent
 * @param lane which way they take
 */
@Api(since = "0.1")
public record QmpRequest(String command, String arguments, Check check, Lane lane) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final int LONGEST = 4 * 1024 * 1024;

  /** What becomes of a command before it is sent. */
  public enum Check {
    /** What the QEMU's own schema does not allow is refused, with everything that is wrong. */
    TYPED,
    /** It is sent as it is; QEMU has the only word. */
    RAW
  }

  /** Which way a command takes. */
  public enum Lane {
    /** Behind the commands before it. */
    IN_BAND,
    /** Past them; QEMU allows that for few commands. */
    OUT_OF_BAND
  }

  /**
   * A request whose arguments are JSON.
   *
   * @throws InvalidRequestException when the command is no name, or the arguments are not one
   *     object, have a member twice or half a surrogate pair, or are longer than 4 Mi characters
   */
  public QmpRequest {
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

  /** A command that is checked, and sent in band. */
  public static QmpRequest of(String command, String arguments) {
    return new QmpRequest(command, arguments, Check.TYPED, Lane.IN_BAND);
  }

  /** The same, sent as it is. */
  public QmpRequest raw() {
    return new QmpRequest(command, arguments, Check.RAW, lane);
  }

  /** The same, sent past the queue. */
  public QmpRequest outOfBand() {
    return new QmpRequest(command, arguments, check, Lane.OUT_OF_BAND);
  }
}
