package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidRequestException;

/**
 * The name of a pool, unique on its host; it follows the same rule as that of a domain.
 *
 * @param text the name
 */
@Api(since = "0.1")
public record PoolName(String text) implements Comparable<PoolName> {

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the text is not a legal name
   */
  public PoolName {
    if (!DomainName.isLegal(text)) {
      throw new InvalidRequestException(
          "'" + ImageName.printable(text) + "' is no pool name: use " + DomainName.RULE + ".");
    }
  }

  @Override
  public int compareTo(PoolName other) {
    return text.compareTo(other.text);
  }

  /** The name. */
  @Override
  public String toString() {
    return text;
  }
}
