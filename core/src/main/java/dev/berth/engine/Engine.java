package dev.berth.engine;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.VmHost;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.machine.MachineLauncher;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.store.StoredLaunch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine of one host: its domains, each with its driver, and the threads they share.
 *
 * <p>Threads: {@code berth-driver-N} run the drivers' turns and never wait; {@code berth-files-N}
 * do file work; {@code berth-timer} says when things are due; {@code berth-op-DOMAIN} is one start
 * in flight. None of them grows with the number of machines.
 *
 * <p>Whoever opens an engine closes it, and after it the store and the launcher it was given.
 */
public final class Engine implements AutoCloseable {
  private static final int DRIVER_THREADS = 2;
  private static final int FILE_THREADS = 4;
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final HostServices host;
  private final Domains domains = new Domains();
  private final ExecutorService files;
  private final HostFacts facts;
  private volatile boolean closed;

  private Engine(HostServices host, ExecutorService files, HostFacts facts) {
    this.host = host;
    this.files = files;
    this.facts = facts;
  }

  /**
   * Opens an engine on what the store holds. Returns when every domain has a published state;
   * machines that have not answered yet are {@code adopting}, and a hung one delays nobody.
   *
   * @param turns runs the drivers' turns; see {@link #driverThreads}; outlives the engine
   */
  public static Engine open(
      Store store,
      MachineLauncher launcher,
      Executor turns,
      Clock clock,
      EngineSettings settings,
      HostFacts facts) {
    ExecutorService files = EngineThreads.pool("berth-files", FILE_THREADS);
    Timers timers = Timers.start();
    HostServices host =
        new HostServices(
            store,
            launcher,
            new EventJournal(store),
            clock,
            turns,
            files,
            timers,
            new OperationThreads(settings.operationLimit()),
            settings);
    Engine engine = new Engine(host, files, facts);
    engine.recover(store.contents());
    timers.every(TICK, () -> engine.domains.all().forEach(DomainDriver::tick));
    return engine;
  }

  /** The shared driver threads; also what QMP connections call back on. */
  public static ExecutorService driverThreads() {
    return EngineThreads.pool("berth-driver", DRIVER_THREADS);
  }

  /** The host as seen and used by that actor. Closing it closes nothing. */
  public VmHost as(String actor) {
    return new EngineHost(this, actor, () -> {});
  }

  /** The same for the one who opened the engine: closing it runs {@code close}. */
  public VmHost ownedBy(String actor, Runnable close) {
    return new EngineHost(this, actor, close);
  }

  Domains domains() {
    return domains;
  }

  HostServices host() {
    return host;
  }

  HostFacts facts() {
    return facts;
  }

  boolean isClosed() {
    return closed;
  }

  // ---- recovery

  private void recover(StoreContents contents) {
    Map<UUID, StoredLaunch> launches =
        contents.launches().stream()
            .collect(Collectors.toMap(StoredLaunch::domain, Function.identity()));
    Map<UUID, Intent> intents =
        contents.intents().stream().collect(Collectors.toMap(Intent::domain, Function.identity()));
    List<CompletableFuture<?>> published = new ArrayList<>();
    for (DomainRecord row : contents.domains()) {
      published.add(
          recover(
              row,
              Optional.ofNullable(launches.get(row.uuid())),
              Optional.ofNullable(intents.get(row.uuid()))));
    }
    published.forEach(CompletableFuture::join);
    announce(contents);
  }

  private CompletableFuture<?> recover(
      DomainRecord row, Optional<StoredLaunch> stored, Optional<Intent> intent) {
    Optional<LaunchRecord> launch =
        stored.map(document -> new LaunchRecordCodec().read(document.document()));
    DomainDefinition definition =
        DefinitionReader.read(
            new DefinitionDocument(row.document(), row.name().text(), Path.of("/")));
    DomainDriver driver = add(row, definition, launch);
    if (launch.isPresent()) {
      return driver.recover(launch.get(), intent).toCompletableFuture();
    }
    if (intent.filter(cut -> cut.verb().equals("undefine")).isPresent()) {
      LOG.info("Domain '{}': finishing an undefine that was cut off", row.name());
      return driver.finishUndefine(intent.get().actor());
    }
    return CompletableFuture.completedFuture(null);
  }

  private void announce(StoreContents contents) {
    List<DomainEvent> events = new ArrayList<>();
    contents
        .rebuilt()
        .ifPresent(what -> events.add(hostEvent(EventTypes.STORE_REBUILT, Map.of("detail", what))));
    events.add(hostEvent(EventTypes.HOST_STARTED, Map.of("version", facts.version())));
    host.commit(new Commit(List.of(), events));
  }

  private DomainEvent hostEvent(String type, Map<String, String> attributes) {
    return new DomainEvent(
        0, host.now(), Optional.empty(), Optional.empty(), type, Actors.HOST, attributes);
  }

  // ---- define

  /** Creates or replaces; the future completes when that is durable. */
  CompletableFuture<DefineResult> define(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    Optional<DomainDriver> existing = domains.find(wanted.name());
    if (existing.isEmpty()) {
      return create(wanted, condition, actor);
    }
    UUID uuid = existing.get().snapshot().uuid();
    if (wanted.uuid().isPresent() && !wanted.uuid().get().equals(uuid)) {
      throw new AlreadyExistsException(
          "Cannot define domain '"
              + wanted.name()
              + "': it exists with UUID "
              + uuid
              + ", not "
              + wanted.uuid().get()
              + ". Leave 'uuid' out to replace it, or choose another name.");
    }
    return existing.get().define(wanted.withUuid(uuid), condition, actor);
  }

  private CompletableFuture<DefineResult> create(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    if (condition instanceof DefineCondition.Revision expected) {
      throw new ConflictException(
          "There is no domain '"
              + wanted.name()
              + "' whose definition could be at revision "
              + expected.revision()
              + ". Define it without that condition.");
    }
    DomainDefinition definition = wanted.withUuid(wanted.uuid().orElseGet(UUID::randomUUID));
    UUID uuid = definition.uuid().orElseThrow();
    domains.reserve(wanted.name(), uuid);
    DomainRecord row =
        new DomainRecord(
            uuid,
            wanted.name(),
            1,
            1,
            DefinitionWriter.json(definition),
            DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, host.now()));
    return host.commit(new Commit(List.of(new Change.PutDomain(row)), List.of(defined(row, actor))))
        .handle(
            (events, failure) -> {
              if (failure != null) {
                domains.release(wanted.name());
                throw EngineHost.unwrapped(failure);
              }
              DomainDriver driver = add(row, definition, Optional.empty());
              return new DefineResult(DefineResult.Effect.CREATED, driver.snapshot());
            });
  }

  private DomainEvent defined(DomainRecord row, String actor) {
    return new DomainEvent(
        0,
        host.now(),
        Optional.of(row.uuid()),
        Optional.of(row.name().text()),
        EventTypes.DEFINED,
        actor,
        Map.of("revision", "1"));
  }

  private DomainDriver add(
      DomainRecord row, DomainDefinition definition, Optional<LaunchRecord> launch) {
    DomainName name = row.name();
    DomainDriver driver =
        new DomainDriver(
            host,
            new Ledger(host, row, definition, launch),
            () -> domains.remove(name, row.uuid()));
    domains.add(name, row.uuid(), driver);
    return driver;
  }

  // ---- end

  /**
   * Stops taking calls, lets starts in flight reach an end for so long, then interrupts them, and
   * ends every thread of the engine. No guest is touched.
   */
  public void close(Duration patience) {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = false;
    try {
      if (!host.operations().awaitIdle(patience)) {
        host.operations().interrupt();
        host.operations().awaitIdle(patience);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    host.timers().close();
    host.journal().close();
    EngineThreads.end(files);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(Duration.ofNanos(TimeUnit.SECONDS.toNanos(10)));
  }
}
