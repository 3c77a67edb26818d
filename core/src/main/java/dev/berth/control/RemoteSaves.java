package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.Saves;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.nio.file.Path;

/** The saved machines of a host in another process, over its connection. Thread-safe. */
final class RemoteSaves implements Saves {
  private final RemoteHost host;

  RemoteSaves(RemoteHost host) {
    this.host = host;
  }

  @Override
  public Job save(DomainRef domain, Path file, JobOptions job, CallOptions options) {
    return save(ArgumentCodec.domain(domain).put(SaveMethods.FILE, file.toString()), job, options);
  }

  @Override
  public Job save(DomainRef domain, JobOptions job, CallOptions options) {
    return save(ArgumentCodec.domain(domain), job, options);
  }

  private Job save(ObjectNode params, JobOptions job, CallOptions options) {
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(SaveMethods.SAVE, params, options, JobCodec::read);
  }

  @Override
  public VerbResult discard(DomainRef domain, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.options(params, options);
    return host.change(SaveMethods.DISCARD, params, options, ResultCodec::verb);
  }

  @Override
  public VerbResult restore(RestoreRequest restore, Resources resources, CallOptions options) {
    return host.give(
        SaveMethods.RESTORE, SaveMethods.restore(restore), resources, options, ResultCodec::verb);
  }
}
