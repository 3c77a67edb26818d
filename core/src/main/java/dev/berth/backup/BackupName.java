package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidRequestException;

/**
 * The name of a backup, unique in its directory, of which it names a part: 1 to 64 characters,
 * ASCII letters, digits, {@code .}, {@code _} and {@code -}, beginning with a letter or digit.
 */
@Api(since = "0.1")
public record BackupName(String text) {

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the text is not a legal name
   */
  public BackupName {
    if (!DomainName.isLegal(text)) {
      throw new InvalidRequestException(
          "name: '" + shown(text) + "' is no name of a backup: use " + DomainName.RULE + ".");
    }
  }

  private static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 80 ? clean : clean.substring(0, 77) + "...";
  }

  @Override
  public String toString() {
    return text;
  }
}
