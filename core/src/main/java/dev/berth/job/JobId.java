package dev.berth.job;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.util.UUID;

/**
 * What a job is called by, unique on its host and for all time: 12 hexadecimal digits.
 *
 * @param text the digits, in lower case
 */
@Api(since = "0.1")
public record JobId(String text) {
  private static final int DIGITS = 12;

  /**
   * A checked id.
   *
   * @throws InvalidRequestException when the text is none
   */
  public JobId {
    if (!text.matches("[0-9a-f]{" + DIGITS + "}")) {
      throw new InvalidRequestException(
          "A job is called by " + DIGITS + " hexadecimal digits. See 'vmctl job list'.");
    }
  }

  /** An id that no job had before. */
  public static JobId random() {
    String digits = UUID.randomUUID().toString().replace("-", "");
    return new JobId(digits.substring(digits.length() - DIGITS));
  }

  /** The digits. */
  @Override
  public String toString() {
    return text;
  }
}
