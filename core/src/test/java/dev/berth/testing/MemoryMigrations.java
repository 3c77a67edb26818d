package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.Migrations;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** Migrations of a {@link MemoryHost}, which reaches no other host. */
final class MemoryMigrations implements Migrations {
  private final MemoryContents contents;

  MemoryMigrations(MemoryContents contents) {
    this.contents = contents;
  }

  @Override
  public Job migrate(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    throw unreachable(domain, migration.target(), DomainState.RUNNING, DomainState.PAUSED);
  }

  @Override
  public Job migrateOffline(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    throw unreachable(domain, migration.target(), DomainState.SHUTOFF);
  }

  @Override
  public List<String> obstacles(DomainRef domain, MigrationRequest migration, CallOptions options) {
    throw unreachable(
        domain, migration.target(), DomainState.RUNNING, DomainState.PAUSED, DomainState.SHUTOFF);
  }

  @Override
  public VerbResult setPace(DomainRef ref, MigrationPace pace, CallOptions options) {
    synchronized (contents) {
      throw new InvalidStateException(
          "There is no migration of domain '"
              + contents.find(ref).definition().name()
              + "' that is being sent.");
    }
  }

  private RuntimeException unreachable(DomainRef ref, URI target, DomainState... legal) {
    synchronized (contents) {
      MemoryDomain domain = contents.find(ref);
      if (!Set.of(legal).contains(domain.state())) {
        return MemoryVerbs.illegal("migrate", domain, legal);
      }
    }
    return "unix".equals(target.getScheme())
        ? new HostUnreachableException("No host answers at " + target + ".")
        : new InvalidRequestException("'" + target + "' is no address of a host.");
  }

  @Override
  public VerbResult resolve(DomainRef ref, GuestOwner owner, CallOptions options) {
    synchronized (contents) {
      throw new InvalidStateException(
          "There is nothing to decide about domain '"
              + contents.find(ref).definition().name()
              + "'.");
    }
  }
}
