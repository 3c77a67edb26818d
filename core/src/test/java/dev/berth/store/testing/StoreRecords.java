package dev.berth.store.testing;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Records for tests of stores. */
public final class StoreRecords {
  /** When everything in these records happened. */
  public static final Instant SINCE = Instant.parse("2026-11-20T10:00:00.123456789Z");

  private StoreRecords() {}

  /** The first generation of a domain, shut off. */
  public static DomainRecord domain(String name) {
    return domain(UUID.randomUUID(), name, 1);
  }

  /** A domain in some generation. */
  public static DomainRecord domain(UUID uuid, String name, long generation) {
    return new DomainRecord(
        uuid,
        new DomainName(name),
        generation,
        1,
        "{\"name\":\"" + name + "\",\"memory\":\"64 MiB\"}",
        new DomainStatus(
            DomainState.SHUTOFF,
            StateReason.FAILED,
            Optional.of("no room\nfor \"it\" \u00e4\u20ac"),
            SINCE));
  }

  /** A launch record of a domain. */
  public static StoredLaunch launch(UUID domain) {
    return new StoredLaunch(domain, "0123456789abcdef", "{\"argv\":[\"-S\"]}");
  }

  /** A start that is under way. */
  public static Intent intent(UUID domain) {
    return new Intent(domain, "start", "{\"paused\":true}", "api", SINCE);
  }

  /** A third try that is due. */
  public static PolicyState policyState(UUID domain) {
    return new PolicyState(
        domain, "1b4e28ba-2fa1-11d2-883f-0016d3cca427", 3, Optional.of(SINCE.plusSeconds(16)));
  }

  /** A job of a domain. */
  public static StoredJob job(UUID domain, String id) {
    return new StoredJob(id, domain, "{\"kind\":\"detach-disk\",\"state\":\"running\"}");
  }

  /** An event without a number. */
  public static DomainEvent event(DomainRecord domain, String note) {
    return new DomainEvent(
        0,
        SINCE,
        Optional.of(domain.uuid()),
        Optional.of(domain.name().text()),
        EventTypes.DEFINED,
        "api",
        Map.of("note", note, "other", "=;\n"));
  }

  /** Stores a domain, with one event about it. */
  public static Commit put(DomainRecord domain) {
    return new Commit(
        List.of(new Change.PutDomain(domain)),
        List.of(event(domain, "generation " + domain.generation())));
  }

  /** Changes without events. */
  public static Commit changes(Change... changes) {
    return new Commit(List.of(changes), List.of());
  }
}
