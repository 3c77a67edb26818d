package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidRequestException;

/**
 * The name of a checkpoint, unique in its domain: 1 to 64 characters, ASCII letters, digits, {@code
 * .}, {@code _} and {@code -}, beginning with a letter or digit.
 */
@Api(since = "0.1")
public record CheckpointName(String text) {

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the text is not a legal name
   */
  public CheckpointName {
    if (!DomainName.isLegal(text)) {
      throw new InvalidRequestException(
          "checkpoint: '"
              + text.replaceAll("\\p{Cntrl}", "?")
              + "' is no name of a checkpoint: use "
              + DomainName.RULE
              + ".");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
