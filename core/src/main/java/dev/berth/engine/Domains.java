package dev.berth.engine;

import dev.berth.domain.DomainName;
import dev.berth.engine.step.OnRecord;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DomainRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The domains of a host by name and by UUID, and the names that are being created. Thread-safe; the
 * lock is held for map look-ups only.
 */
final class Domains {
  private final Map<DomainName, DomainDriver> byName = new HashMap<>();
  private final Map<UUID, DomainDriver> byUuid = new HashMap<>();
  private final Map<DomainName, UUID> reserved = new HashMap<>();

  synchronized Optional<DomainDriver> find(DomainName name) {
    return Optional.ofNullable(byName.get(name));
  }

  synchronized Optional<DomainDriver> find(UUID uuid) {
    return Optional.ofNullable(byUuid.get(uuid));
  }

  /**
   * The domain that the reference names.
   *
   * @throws NotFoundException when there is none
   */
  DomainDriver get(DomainRef domain) {
    Optional<DomainDriver> found =
        domain instanceof DomainRef.ByUuid byId
            ? find(byId.uuid())
            : find(((DomainRef.ByName) domain).name());
    return found.orElseThrow(
        () ->
            new NotFoundException(
                "There is no domain '"
                    + domain
                    + "' on this host. See 'list' for those there are."));
  }

  /** All domains, by name. */
  synchronized List<DomainDriver> all() {
    List<DomainDriver> drivers = new ArrayList<>(byUuid.values());
    drivers.sort((one, other) -> one.snapshot().name().compareTo(other.snapshot().name()));
    return drivers;
  }

  /**
   * Keeps a name and a UUID for a domain that is being created.
   *
   * @throws AlreadyExistsException when the UUID is another domain's
   * @throws BusyException when the name or the UUID is just being taken by somebody else
   */
  synchronized void reserve(DomainName name, UUID uuid) {
    DomainDriver owner = byUuid.get(uuid);
    if (owner != null) {
      throw new AlreadyExistsException(
          "Cannot define domain '"
              + name
              + "': its UUID "
              + uuid
              + " is that of domain '"
              + owner.snapshot().name()
              + "'. Leave 'uuid' out to have one chosen, or undefine the other.");
    }
    if (byName.containsKey(name) || reserved.containsKey(name) || reserved.containsValue(uuid)) {
      throw new BusyException(
          "Cannot define domain '"
              + name
              + "': it, or another with its UUID, is just being defined by somebody else. Try"
              + " again.");
    }
    reserved.put(name, uuid);
  }

  /** Gives a reserved name and UUID back. */
  synchronized void release(DomainName name, UUID uuid) {
    reserved.remove(name, uuid);
  }

  /** A driver for that domain, at its place among the others. */
  DomainDriver open(HostServices host, OnRecord found) {
    DomainName name = found.row().name();
    UUID uuid = found.row().uuid();
    DomainDriver driver = new DomainDriver(host, new Ledger(host, found), () -> remove(name, uuid));
    add(name, uuid, driver);
    return driver;
  }

  private synchronized void add(DomainName name, UUID uuid, DomainDriver driver) {
    reserved.remove(name);
    byName.put(name, driver);
    byUuid.put(uuid, driver);
  }

  private synchronized void remove(DomainName name, UUID uuid) {
    byName.remove(name);
    byUuid.remove(uuid);
  }
}
