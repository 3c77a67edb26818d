package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import java.util.UUID;

/** How a call names a domain. A name may belong to another domain later, a UUID never does. */
@Api(since = "0.1")
public sealed interface DomainRef {

  /** By name. */
  record ByName(DomainName name) implements DomainRef {
    @Override
    public String toString() {
      return name.text();
    }
  }

  /** By UUID. */
  record ByUuid(UUID uuid) implements DomainRef {
    @Override
    public String toString() {
      return uuid.toString();
    }
  }

  /** By name. */
  static DomainRef of(DomainName name) {
    return new ByName(name);
  }

  /**
   * By UUID when the text is one, else by name.
   *
   * @throws dev.berth.error.InvalidRequestException when it is neither
   */
  static DomainRef of(String nameOrUuid) {
    if (nameOrUuid.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
      return new ByUuid(UUID.fromString(nameOrUuid));
    }
    return new ByName(new DomainName(nameOrUuid));
  }
}
