package dev.berth.engine.step;

import dev.berth.domain.DomainName;
import dev.berth.domain.DomainStatus;
import dev.berth.machine.LaunchRecord;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What is on record of a domain, as far as the rows of its jobs tell of it. In its turns. */
public interface DomainOnRecord {
  UUID uuid();

  DomainName name();

  /** State and reason as last persisted, whatever is shown on top of it. */
  DomainStatus status();

  /** The launch of the present machine. */
  Optional<LaunchRecord> launch();

  /** Its jobs that go on, the oldest first. */
  List<KeptJob> running();
}
