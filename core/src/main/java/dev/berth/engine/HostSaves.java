package dev.berth.engine;

import dev.berth.engine.save.SaveTarget;
import dev.berth.engine.step.Provision;
import dev.berth.engine.thread.Turns;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.Saves;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.machine.MachineLauncher.LoadIn;
import dev.berth.migration.SavedMachine;
import dev.berth.migration.SavedMachine.Guest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One actor's view of an engine's saved machines: blocking calls over its futures. */
final class HostSaves implements Saves {
  private final HostServices host;
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param domains the engine's, as long as it is open
   */
  HostSaves(HostServices host, Supplier<Domains> domains, Supplier<Turns> turns, String actor) {
    this.host = host;
    this.domains = domains;
    this.turns = turns;
    this.actor = actor;
  }

  @Override
  public Job save(DomainRef domain, Path file, JobOptions job, CallOptions options) {
    if (!file.isAbsolute() || file.getFileName() == null) {
      throw new InvalidRequestException(
          "file: should be an absolute path of a file, but it is '" + file + "'.");
    }
    boolean hasDeadline = options.deadline().isPresent();
    Path target = file.normalize();
    return turns
        .get()
        .await(
            () -> domains.get().get(domain).save(SaveTarget.of(target), job, actor, hasDeadline),
            options);
  }

  @Override
  public Job save(DomainRef domain, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(
            () -> {
              DomainDriver driver = domains.get().get(domain);
              return driver.save(driver.managedSave(), job, actor, hasDeadline);
            },
            options);
  }

  @Override
  public VerbResult discard(DomainRef domain, CallOptions options) {
    return turns.get().await(() -> domains.get().get(domain).discardSave(actor), options);
  }

  /** What is given is copied in the caller's time: it may be closed when the call has returned. */
  @Override
  public VerbResult restore(RestoreRequest restore, Resources resources, CallOptions options) {
    domains.get();
    SavedMachine saved =
        turns
            .get()
            .await(
                () ->
                    CompletableFuture.supplyAsync(
                        () -> host.saveFiles().read(restore.file()), host.patient()),
                options);
    StartMode mode = mode(restore, saved);
    FromSave source =
        new FromSave(
            host,
            restore.file(),
            saved,
            mode,
            restore.changedImages(),
            FromSave.Doubts.COUNT,
            LoadIn.ITS_OWN);
    return turns
        .get()
        .await(
            () -> driver(saved).restore(source, mode, Provision.copyOf(resources), actor), options);
  }

  private static StartMode mode(RestoreRequest restore, SavedMachine saved) {
    return switch (restore.guest()) {
      case AS_SAVED -> saved.guest() == Guest.RUNNING ? StartMode.RUNNING : StartMode.PAUSED;
      case RUNNING -> StartMode.RUNNING;
      case PAUSED -> StartMode.PAUSED;
    };
  }

  /** A domain that was undefined and defined again has another UUID, and is another one. */
  private DomainDriver driver(SavedMachine saved) {
    try {
      return domains.get().get(DomainRef.of(saved.launch().subject().domain().toString()));
    } catch (NotFoundException undefined) {
      throw new NotFoundException(
          "There is no domain '"
              + saved.launch().subject().name()
              + "' with UUID "
              + saved.launch().subject().domain()
              + " here, whose machine the file has. Define it with that UUID first.");
    }
  }
}
