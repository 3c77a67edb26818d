package dev.berth.engine;

import dev.berth.engine.backup.BackupRecords;
import dev.berth.engine.image.FilesInChange;
import dev.berth.engine.image.NamedImages;
import dev.berth.engine.migration.HostFacts;
import dev.berth.engine.migration.RefusedArrivals;
import dev.berth.engine.step.Provision;
import dev.berth.engine.thread.EngineThreads;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.engine.thread.PeerThreads;
import dev.berth.engine.thread.TimerThread;
import dev.berth.engine.thread.Timers;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.subscription.Subscriptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine of one host: its domains, each with its driver, and the threads they share.
 *
 * <p>Threads: {@code berth-driver-N} run the drivers' turns and never wait; {@code berth-files-N}
 * do file work, {@code berth-patient-N} what may be held up; {@code berth-timer} says when things
 * are due; {@code berth-sampler-1} takes machines' figures; {@code berth-op-DOMAIN} is one start in
 * flight; {@code berth-image-N} do jobs about images, {@code berth-restore-N} those about complete
 * backups; {@code berth-peer-N}, {@code berth-switch-N} and {@code berth-tell-N} talk to other
 * hosts. None of them grows with the number of machines. {@code docs/threads.md} lists all.
 *
 * <p>Whoever opens an engine closes it, and after it the store and the launcher it was given.
 */
public final class Engine implements AutoCloseable {
  private static final int DRIVER_THREADS = 2;
  private static final int FILE_THREADS = 4;

  /** As many as starts are under way by default: each may leave one that is hard to undo. */
  private static final int PATIENT_THREADS = 64;

  private static final int BACKUP_THREADS = 8;

  /** A directory that hangs takes one for each who asks for it. */
  private static final int LOOK_THREADS = 16;

  /** What reads and writes whole images: more at a time only get in each other's way. */
  private static final int RESTORE_THREADS = 4;

  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  /** Longer ones would overflow the clock. */
  private static final Duration LONGEST_PATIENCE = Duration.ofDays(365);

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final HostServices host;
  private final Domains domains = new Domains();
  private final Definitions definitions;
  private final HostImages images;
  private final CompleteBackups backups;
  private final BackupRegister register;
  private final OpenCalls calls = new OpenCalls();
  private final RefusedArrivals refused = new RefusedArrivals();
  private final Subscriptions subscriptions;
  private final ExecutorService restores;
  private final List<ExecutorService> pools;
  private final HostFacts facts;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Engine(
      HostServices host,
      ImageFiles imageFiles,
      StoreContents contents,
      ExecutorService restores,
      List<ExecutorService> pools,
      HostFacts facts) {
    this.host = host;
    ImageLedger ledger = new ImageLedger(host, contents);
    this.images = new HostImages(host, imageFiles, domains, ledger);
    this.backups = new CompleteBackups(host, domains, ledger, images::users);
    this.register = new BackupRegister(host, domains, ledger);
    this.definitions = new Definitions(host, domains);
    this.subscriptions =
        new Subscriptions(Subscriptions.Source.THIS_PROCESS, host.journal()::streamAfter);
    this.restores = restores;
    this.pools = pools;
    this.facts = facts;
  }

  /**
   * Opens an engine on what the store holds. Returns when every domain has a published state;
   * machines that have not answered yet are {@code adopting}, and a hung one delays nobody.
   *
   * @param turns runs the drivers' turns; see {@link #driverThreads}; outlives the engine
   * @throws dev.berth.error.StorageFailureException when the store cannot be read
   */
  public static Engine open(
      Store store,
      MachineLauncher launcher,
      ImageFiles images,
      Executor turns,
      Clock clock,
      EngineSettings settings,
      HostFacts facts) {
    return open(
        store,
        launcher,
        images,
        JobFiles.local(facts.network().tls()),
        turns,
        clock,
        TimerThread.start(),
        settings,
        facts);
  }

  /** The same with files and timers of the caller's; the engine closes the timers. */
  static Engine open(
      Store store,
      MachineLauncher launcher,
      ImageFiles images,
      JobFiles jobFiles,
      Executor turns,
      Clock clock,
      Timers timers,
      EngineSettings settings,
      HostFacts facts) {
    StoreContents contents = store.contents();
    ExecutorService files = EngineThreads.pool("berth-files", FILE_THREADS);
    ExecutorService patient = EngineThreads.elasticPool("berth-patient", PATIENT_THREADS);
    ExecutorService backups = EngineThreads.elasticPool("berth-backup", BACKUP_THREADS);
    ExecutorService looks = EngineThreads.elasticPool("berth-look", LOOK_THREADS);
    ExecutorService restores = EngineThreads.elasticPool("berth-restore", RESTORE_THREADS);
    PeerThreads peers = PeerThreads.make();
    HostServices host =
        new HostServices(
            store,
            launcher,
            jobFiles.dumps(),
            jobFiles.backups(),
            jobFiles.saves(),
            jobFiles.peers(),
            facts.network(),
            images,
            jobFiles.served(),
            new EventJournal(store, clock),
            clock,
            turns,
            files,
            patient,
            backups,
            looks,
            restores,
            peers,
            timers,
            new OperationThreads(settings.operationLimit()),
            new Provision(facts.resources()),
            new FilesInChange(),
            BackupRecords.of(contents.backups()),
            new DepartedJobs(),
            new NamedImages(),
            facts.home().resolve("saves"),
            settings,
            facts.boot());
    ExecutorService sampling = EngineThreads.elasticPool("berth-sampler", 1);
    Engine engine =
        new Engine(
            host,
            images,
            contents,
            restores,
            Stream.concat(Stream.of(files, patient, backups, looks, sampling), peers.all().stream())
                .toList(),
            facts);
    boolean open = false;
    try {
      new Reopening(host, engine.domains).run(contents, facts.version());
      engine.images.open();
      engine.backups.open();
      host.timers().every(tick(settings), () -> engine.domains.all().forEach(DomainDriver::tick));
      new StatsSampling(engine.domains, launcher, sampling, settings.sampling())
          .begin(host.timers());
      open = true;
      return engine;
    } finally {
      if (!open) {
        engine.close(Duration.ZERO);
      }
    }
  }

  /** Often enough to notice an overdue command in time. */
  private static Duration tick(EngineSettings settings) {
    Duration half = settings.overdue().dividedBy(2);
    return half.compareTo(LONGEST_TICK) < 0 ? half : LONGEST_TICK;
  }

  /** The shared driver threads; also what QMP connections call back on. */
  public static ExecutorService driverThreads() {
    return EngineThreads.pool("berth-driver", DRIVER_THREADS);
  }

  /** Ends what {@link #driverThreads} has made, and waits until they have ended. */
  public static void endDriverThreads(ExecutorService threads) {
    threads.shutdownNow();
    EngineThreads.end(threads);
  }

  /** The host as seen and used by that actor. Closing it closes nothing. */
  public VmHost as(String actor) {
    return new EngineHost(this, actor, patience -> {});
  }

  /** The same for the one who opened the engine: closing it runs {@code close}. */
  public VmHost ownedBy(String actor, Consumer<Duration> close) {
    return new EngineHost(this, actor, close);
  }

  Domains domains() {
    return domains;
  }

  CompleteBackups backups() {
    return backups;
  }

  BackupRegister register() {
    return register;
  }

  HostImages images() {
    return images;
  }

  RefusedArrivals refused() {
    return refused;
  }

  Definitions definitions() {
    return definitions;
  }

  OpenCalls calls() {
    return calls;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  HostServices host() {
    return host;
  }

  HostFacts facts() {
    return facts;
  }

  boolean isClosed() {
    return closed.get();
  }

  /**
   * Stops taking calls, lets starts in flight reach an end for so long, then interrupts them, lets
   * go of the machines, and ends every thread of the engine. Callers that still wait get {@link
   * dev.berth.error.HostUnreachableException}. No guest is touched. Idempotent.
   */
  public void close(Duration longest) {
    Duration patience = longest.compareTo(LONGEST_PATIENCE) < 0 ? longest : LONGEST_PATIENCE;
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = false;
    try {
      if (!host.operations().awaitIdle(patience)) {
        host.operations().interrupt();
        host.operations().awaitIdle(patience);
      }
      backups.interrupt();
      restores.shutdown();
      if (!restores.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        restores.shutdownNow();
      }
      images.close(patience);
      each(
          DomainDriver::thawed, patience, "Some guests may be frozen; the next opening thaws them");
      each(
          DomainDriver::settle,
          patience,
          "Some domains' last changes were not recorded; the next opening finds them out");
      subscriptions.close(patience);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    calls.close();
    domains.all().forEach(driver -> driver.consoles().end());
    host.timers().close();
    host.journal().close();
    pools.forEach(EngineThreads::end);
    domains.all().forEach(DomainDriver::closeGiven);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has every driver do that, and waits for so long until all have. */
  private void each(
      Function<DomainDriver, CompletableFuture<Void>> what, Duration patience, String otherwise)
      throws InterruptedException {
    List<CompletableFuture<Void>> done = domains.all().stream().map(what).toList();
    try {
      CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn(otherwise); // that it was this wait which ended says the message
    } catch (ExecutionException e) {
      LOG.warn(otherwise, e);
    }
  }

  @Override
  public void close() {
    close(CLOSE_PATIENCE);
  }
}
