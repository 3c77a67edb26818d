package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.Migrations;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.util.List;

/** The migrations of a host in another process, over its connection. Thread-safe. */
final class RemoteMigrations implements Migrations {
  private final RemoteHost host;

  RemoteMigrations(RemoteHost host) {
    this.host = host;
  }

  @Override
  public Job migrate(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    MigrationMethods.migration(params, migration);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(MigrationMethods.MIGRATE, params, options, JobCodec::read);
  }

  @Override
  public Job migrateOffline(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    MigrationMethods.offline(params, migration);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(MigrationMethods.MIGRATE_OFFLINE, params, options, JobCodec::read);
  }

  @Override
  public List<String> obstacles(DomainRef domain, MigrationRequest migration, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    MigrationMethods.migration(params, migration);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ,
        MigrationMethods.OBSTACLES,
        params,
        options.deadline(),
        MigrationMethods::obstacles);
  }

  @Override
  public VerbResult setPace(DomainRef domain, MigrationPace pace, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    MigrationMethods.pace(params, pace);
    ArgumentCodec.options(params, options);
    return host.change(MigrationMethods.SET_PACE, params, options, ResultCodec::verb);
  }

  @Override
  public VerbResult resolve(DomainRef domain, GuestOwner owner, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    params.put(MigrationMethods.OWNER, WireText.of(owner));
    ArgumentCodec.options(params, options);
    return host.change(MigrationMethods.RESOLVE, params, options, ResultCodec::verb);
  }
}
