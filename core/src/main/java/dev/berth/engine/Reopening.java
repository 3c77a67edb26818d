package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.OnRecord;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.StoreContents;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings everything that a store holds back to life when an engine opens. */
final class Reopening {
  /** How long an engine's opening waits for what became of machines; it goes on without them. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Reopening.class);

  private final HostServices host;
  private final Domains domains;

  Reopening(HostServices host, Domains domains) {
    this.host = host;
    this.domains = domains;
  }

  /** Gives every domain its driver, and waits a little for what they find to be on record. */
  void run(StoreContents contents, String version) {
    Map<UUID, StoredLaunch> launches =
        contents.launches().stream()
            .collect(Collectors.toMap(StoredLaunch::domain, Function.identity()));
    Map<UUID, Intent> intents =
        contents.intents().stream().collect(Collectors.toMap(Intent::domain, Function.identity()));
    Map<UUID, PolicyState> policyStates =
        contents.policyStates().stream()
            .collect(Collectors.toMap(PolicyState::domain, Function.identity()));
    Map<UUID, List<StoredJob>> jobs =
        contents.jobs().stream()
            .filter(job -> job.domain().isPresent())
            .collect(Collectors.groupingBy(job -> job.domain().orElseThrow()));
    List<OnRecord> all = new ArrayList<>();
    for (DomainRecord row : contents.domains()) {
      OnRecord found =
          OnRecord.read(
              row,
              Optional.ofNullable(launches.get(row.uuid())),
              Optional.ofNullable(policyStates.get(row.uuid())),
              jobs.getOrDefault(row.uuid(), List.of()));
      found
          .definitionProblem()
          .ifPresent(why -> LOG.error("Domain '{}': unreadable definition: {}", row.name(), why));
      found
          .unreadable()
          .ifPresent(it -> LOG.error("Domain '{}': unreadable launch: {}", row.name(), it.why()));
      all.add(found);
    }
    all.forEach(this::keepFromBeingOpened);
    List<CompletableFuture<Void>> decided = new ArrayList<>();
    decided.add(announce(contents, version));
    for (OnRecord found : all) {
      DomainDriver driver = domains.open(host, found);
      decided.add(driver.recover(found, Optional.ofNullable(intents.get(found.row().uuid()))));
    }
    awaitDecisions(decided);
  }

  /** What a job was making another of is nobody's to open before that has come to its end. */
  private void keepFromBeingOpened(OnRecord found) {
    found.jobs().stream()
        .filter(KeptJob::isRunning)
        .forEach(
            job ->
                BackupJobs.replaced(job)
                    .forEach(file -> host.filesInChange().begin(file, job.job())));
  }

  private static void awaitDecisions(List<CompletableFuture<Void>> decided) {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(decided.toArray(CompletableFuture[]::new));
    try {
      all.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.info("Some domains' machines are still being looked for");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a decision never fails", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells that the host is open; completes in any case when that is on record, or cannot be. */
  private CompletableFuture<Void> announce(StoreContents contents, String version) {
    List<DomainEvent> events = new ArrayList<>();
    contents
        .rebuilt()
        .ifPresent(what -> events.add(event(EventTypes.STORE_REBUILT, Map.of("detail", what))));
    events.add(event(EventTypes.HOST_STARTED, Map.of("version", version)));
    return host.commit(new Commit(List.of(), events))
        .handle(
            (numbered, failure) -> {
              if (failure == null) {
                host.announce(numbered);
              } else {
                LOG.error("The opening of the host could not be recorded", failure);
              }
              return null;
            });
  }

  private DomainEvent event(String type, Map<String, String> attributes) {
    return new DomainEvent(
        0, host.now(), Optional.empty(), Optional.empty(), type, Actors.HOST, attributes);
  }
}
