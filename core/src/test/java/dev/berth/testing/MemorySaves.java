package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.Saves;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Saved machines of a {@link MemoryHost}. No file is written, and those that would be there are
 * known.
 */
final class MemorySaves implements Saves {
  private final MemoryContents contents;
  private final String actor;

  /** A machine that is in a file, with what its guest did. */
  record Saved(UUID domain, DomainState state) {}

  /** Where a host would keep the saved machine of a domain. */
  static Path managed(MemoryDomain domain) {
    return Path.of("/saves", domain.uuid() + ".save");
  }

  MemorySaves(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  @Override
  public Job save(DomainRef ref, Path file, JobOptions options, CallOptions call) {
    if (!file.isAbsolute()) {
      throw new InvalidRequestException("file: should be absolute, but it is '" + file + "'.");
    }
    synchronized (contents) {
      MemoryDomain domain = contents.find(ref);
      String target = file.normalize().toString();
      Optional<Job> same = MemoryJobs.same(domain, options, target);
      if (same.isPresent()) {
        return same.get();
      }
      requireGuest(domain);
      if (!Files.isDirectory(file.resolveSibling(""))) {
        throw new HostFailureException("There is no directory for '" + file + "'. Make it first.");
      }
      return save(domain, file.normalize(), options);
    }
  }

  @Override
  public Job save(DomainRef ref, JobOptions options, CallOptions call) {
    synchronized (contents) {
      MemoryDomain domain = contents.find(ref);
      Path file = managed(domain);
      Optional<Job> same = MemoryJobs.same(domain, options, file.toString());
      if (same.isPresent()) {
        return same.get();
      }
      requireGuest(domain);
      return save(domain, file, options);
    }
  }

  private static void requireGuest(MemoryDomain domain) {
    if (!Set.of(DomainState.RUNNING, DomainState.PAUSED).contains(domain.state())) {
      throw MemoryVerbs.illegal("save", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
  }

  private Job save(MemoryDomain domain, Path file, JobOptions options) {
    DomainState state = domain.state();
    if (contents.saves().putIfAbsent(file, new Saved(domain.uuid(), state)) != null) {
      throw new AlreadyExistsException("There is a file '" + file + "'. Choose another name.");
    }
    new MemoryVerbs(contents, actor).saved(domain, file);
    long total = domain.definition().compute().memory().bytes();
    return MemoryJobs.complete(
        contents,
        domain,
        MemoryJobs.target(domain, JobKind.SAVE, file.toString()),
        MemoryJobs.origin(actor, options, contents.clock().instant()),
        Progress.of(total, total),
        "");
  }

  @Override
  public VerbResult discard(DomainRef ref, CallOptions call) {
    synchronized (contents) {
      MemoryDomain domain = contents.find(ref);
      return contents.saves().remove(managed(domain)) == null
          ? new VerbResult(
              VerbResult.Effect.ALREADY, "it is without a managed save already", domain.snapshot())
          : new MemoryVerbs(contents, actor).dropped(domain);
    }
  }

  @Override
  public VerbResult restore(RestoreRequest restore, Resources resources, CallOptions options) {
    synchronized (contents) {
      Saved saved = contents.saves().get(restore.file());
      if (saved == null) {
        throw new HostFailureException("'" + restore.file() + "' is no saved machine.");
      }
      MemoryDomain domain = contents.find(DomainRef.of(saved.domain().toString()));
      if (domain.state() != DomainState.SHUTOFF) {
        throw MemoryVerbs.illegal("restore", domain, DomainState.SHUTOFF);
      }
      Path managed = managed(domain);
      if (contents.saves().containsKey(managed) && !restore.file().equals(managed)) {
        throw new InvalidStateException("The guest is in its managed save.");
      }
      contents.saves().remove(managed);
      DomainState state =
          switch (restore.guest()) {
            case AS_SAVED -> saved.state();
            case RUNNING -> DomainState.RUNNING;
            case PAUSED -> DomainState.PAUSED;
          };
      StateReason reason = state == DomainState.RUNNING ? StateReason.RESTORED : StateReason.USER;
      return new MemoryVerbs(contents, actor).restored(domain, state, reason, resources);
    }
  }
}
