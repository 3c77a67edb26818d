package dev.berth.engine;

import dev.berth.engine.thread.Turns;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.Migrations;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** One actor's view of an engine's migrations: blocking calls over its futures. */
final class HostMigrations implements Migrations {
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final Supplier<ImageUsers> users;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param domains the engine's, as long as it is open
   * @param users who uses images there
   */
  HostMigrations(
      Supplier<Domains> domains, Supplier<Turns> turns, Supplier<ImageUsers> users, String actor) {
    this.domains = domains;
    this.turns = turns;
    this.users = users;
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
  public Job migrateOffline(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    return turns
        .get()
        .await(
            () -> verbs(domain).offline().migrate(migration, others(domain), job, actor), options);
  }

  /** Who else has a file open, each as a phrase. */
  private Function<Path, List<String>> others(DomainRef domain) {
    UUID own = domains.get().get(domain).snapshot().uuid();
    return file -> users.get().machinesOf(file, own);
  }

  @Override
  public List<String> obstacles(DomainRef domain, MigrationRequest migration, CallOptions options) {
    return turns.get().await(() -> verbs(domain).obstacles(migration, others(domain)), options);
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
