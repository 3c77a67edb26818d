package dev.berth.host;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.api.Api;
import dev.berth.domain.ResourceNames;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

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
  /** What goes with a file descriptor, each with the argument that has the descriptor's name. */
  private static final Map<String, String> WITH_DESCRIPTOR =
      Map.of("add-fd", "opaque", "getfd", "fdname");

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
    CommandText.check(command, arguments);
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

  /**
   * The same, as it goes with what its call gives. {@code add-fd} and {@code getfd} take one file
   * descriptor each, and its name is an argument of theirs where that is left out: {@code fdname}
   * of {@code getfd}, {@code opaque} of {@code add-fd}. Nothing else takes any.
   *
   * @throws InvalidRequestException when more or less is given than the command takes, or under
   *     another name
   */
  public QmpRequest with(ResourceNames given) {
    String member = WITH_DESCRIPTOR.get(command);
    if (member == null) {
      refuseUnless(given.isEmpty(), "it takes none. Give that with 'add-fd' or 'getfd'", given);
      return this;
    }
    refuseUnless(given.secrets().isEmpty(), "it takes no secret", given);
    refuseUnless(
        given.descriptors().size() == 1,
        "it takes one file descriptor (vmctl: --fd NAME=PATH)",
        given);
    refuseUnless(lane == Lane.IN_BAND, "file descriptors go in band only", given);
    String name = given.descriptors().iterator().next();
    ObjectNode named = named(member, name);
    refuseUnless(
        !command.equals("getfd") || named.path(member).asText().equals(name),
        "'fdname' has another name than that. Leave it out",
        given);
    return new QmpRequest(command, Json.text(named), check, lane);
  }

  private ObjectNode named(String member, String name) {
    try {
      ObjectNode named = (ObjectNode) Json.readStrictly(arguments);
      return named.has(member) ? named : named.put(member, name);
    } catch (IOException checked) {
      throw new UncheckedIOException("arguments that were read before cannot be read", checked);
    }
  }

  private void refuseUnless(boolean isFine, String why, ResourceNames given) {
    if (!isFine) {
      throw new InvalidRequestException(
          "Cannot send '"
              + command
              + "' with "
              + (given.isEmpty() ? "no file descriptor" : given.text())
              + ": "
              + why
              + ". Nothing was sent.");
    }
  }
}
