package dev.berth.engine;

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
import java.util.function.Supplier;

/** One actor's view of an engine's migrations: blocking calls over its futures. */
final class HostMigrations implements Migrations {
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param domains the engine's, as long as it is open
   */
  HostMigrations(Supplier<Domains> domains, Supplier<Turns> turns, String actor) {
    this.domains = domains;
    this.turns = turns;
    this.actor = actor;
  }

  @Override
  public Job migrate(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(() -> verbs(domain).migrate(migration, job, actor, hasDeadline), options);
  }

  @Override
  public Job migrateOffline(DomainRef domain, URI target, JobOptions job, CallOptions options) {
    return turns.get().await(() -> verbs(domain).offline().migrate(target, job, actor), options);
  }

  @Override
  public List<String> obstacles(DomainRef domain, MigrationRequest migration, CallOptions options) {
    return turns.get().await(() -> verbs(domain).obstacles(migration), options);
  }

  @Override
  public VerbResult setPace(DomainRef domain, MigrationPace pace, CallOptions options) {
    return turns.get().await(() -> verbs(domain).setPace(pace, actor), options);
  }

  @Override
  public VerbResult resolve(DomainRef domain, GuestOwner owner, CallOptions options) {
    return turns.get().await(() -> verbs(domain).resolve(owner, actor), options);
  }

  private MigrationVerbs verbs(DomainRef domain) {
    return domains.get().get(domain).migrations();
  }
}
