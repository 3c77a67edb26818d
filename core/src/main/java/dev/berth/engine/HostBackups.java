package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.host.BackupRequest;
import dev.berth.host.Backups;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One actor's view of the backups of an engine's domains: blocking calls over its futures. */
final class HostBackups implements Backups {
  private final HostServices host;
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param domains the engine's, as long as it is open
   */
  HostBackups(HostServices host, Supplier<Domains> domains, Supplier<Turns> turns, String actor) {
    this.host = host;
    this.domains = domains;
    this.turns = turns;
    this.actor = actor;
  }

  @Override
  public Job create(DomainRef domain, BackupRequest request, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(() -> domains.get().get(domain).backup(request, job, actor, hasDeadline), options);
  }

  @Override
  public List<Backup> list(Path directory, CallOptions options) {
    domains.get();
    return turns
        .get()
        .await(
            () ->
                CompletableFuture.supplyAsync(
                    () -> host.backupFiles().list(directory), host.backups()),
            options);
  }
}
