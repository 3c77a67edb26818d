package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.thread.TimerThread;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.MigrationRequest;
import dev.berth.job.JobId;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.migration.TargetPhase;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a host takes from others that offer it machines, and what not. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class HostArrivalsTest {
  @TempDir Path directory;
  @TempDir Path otherDirectory;
  private final AtomicReference<Offer> offered = new AtomicReference<>();
  private FakeMachines machines;
  private FakeMachines otherMachines;
  private MemoryStore store;
  private MemoryStore otherStore;
  private TestHost source;
  private TestHost target;

  @BeforeEach
  void offerAMachine() {
    machines = new FakeMachines(directory);
    otherMachines = new FakeMachines(otherDirectory);
    store = new MemoryStore();
    otherStore = new MemoryStore();
    source =
        new TestHost(
            store,
            machines,
            TestHost.SETTINGS,
            port -> port,
            new JobFiles(
                new LocalDumpFiles(),
                new LocalBackupFiles(),
                new FakeServedDisks(),
                new LocalSaveFiles(),
                address -> new Listener()),
            Clock.systemUTC(),
            TimerThread.start(),
            TestHost.BOOT);
    target = new TestHost(otherStore, otherMachines);
    offer("web");
  }

  /** Has that machine offered, as its host does it. */
  private Offer offer(String name) {
    source.define(name);
    source.start(name);
    source
        .api()
        .migrations()
        .obstacles(
            DomainRef.of(name),
            MigrationRequest.to(URI.create("unix:/target")),
            CallOptions.none());
    return offered.get();
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
    machines.close();
    otherMachines.close();
    store.close();
    otherStore.close();
  }

  @Test
  void aJobThatIsHereAlreadyDoesNotGiveWayToOneOfThatId() {
    Offer web = offered.get();
    Offer db = with(offer("db"), web.migration());
    assertThat(by("source").prepare(web).phase()).isEqualTo(TargetPhase.INCOMING);

    assertThatExceptionOfType(AlreadyExistsException.class)
        .isThrownBy(() -> by("source").prepare(db))
        .withMessageContaining("another job of that id");

    assertThat(target.api().list()).singleElement().extracting("uuid").isEqualTo(web.domain());
    assertThat(by("source").discard(web.domain(), web.migration()).phase())
        .isEqualTo(TargetPhase.FAILED);
  }

  @Test
  void onlyTheOneWhoHadItPreparedHasASayInIt() {
    Offer web = offered.get();
    by("source").prepare(web);

    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> by("stranger").take(web.domain(), web.migration()))
        .withMessageContaining("migration resolve");
    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> by("stranger").discard(web.domain(), web.migration()));
    assertThat(by("source").await(web.domain(), web.migration(), Duration.ZERO).phase())
        .isEqualTo(TargetPhase.INCOMING);

    assertThat(by("source").discard(web.domain(), web.migration()).phase())
        .isEqualTo(TargetPhase.FAILED);
  }

  @Test
  void itsFilesAreThoseThatItsMachineOpens() {
    Offer web = offered.get();
    Offer more =
        new Offer(
            web.migration(),
            web.definition(),
            web.definitionState(),
            web.launch()
                .with(
                    List.of(
                        new PassFile(
                            9, Path.of("/etc/hostname"), FileAccess.READ_ONLY, "disk-x ro")),
                    web.launch().devices()),
            web.images(),
            web.copies(),
            web.guest(),
            web.cpu(),
            web.channels(),
            web.boot(),
            web.key());

    assertThat(by("source").obstacles(web)).isEmpty();
    assertThat(by("source").obstacles(more))
        .containsExactly("the files that it names are not those that its machine opens");
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> by("source").prepare(more));
    assertThat(target.api().list()).isEmpty();
  }

  private TargetHost by(String actor) {
    return ((TakesMachines) target.engine().as(actor)).targetHost();
  }

  private static Offer with(Offer offer, JobId migration) {
    return new Offer(
        migration,
        offer.definition(),
        offer.definitionState(),
        offer.launch(),
        offer.images(),
        offer.copies(),
        offer.guest(),
        offer.cpu(),
        offer.channels(),
        offer.boot(),
        offer.key());
  }

  /** Keeps what is offered to it. */
  private final class Listener implements Peer, TargetHost {
    @Override
    public TargetHost target() {
      return this;
    }

    @Override
    public StreamAddress reach(StreamAddress named) {
      return named;
    }

    @Override
    public void close() {}

    @Override
    public List<String> obstacles(Offer offer) {
      offered.set(offer);
      return List.of();
    }

    @Override
    public Arrival prepare(Offer offer) {
      throw new UnsupportedOperationException("only looked at");
    }

    @Override
    public List<String> obstacles(DomainOffer offer) {
      throw new UnsupportedOperationException("of a machine");
    }

    @Override
    public Arrival reserve(DomainOffer offer) {
      throw new UnsupportedOperationException("of a machine");
    }

    @Override
    public Arrival settle(UUID domain, JobId migration) {
      throw new UnsupportedOperationException("of a machine");
    }

    @Override
    public Arrival await(UUID domain, JobId migration, Duration longest) {
      throw new UnsupportedOperationException("only looked at");
    }

    @Override
    public Arrival take(UUID domain, JobId migration) {
      throw new UnsupportedOperationException("only looked at");
    }

    @Override
    public Arrival discard(UUID domain, JobId migration) {
      throw new UnsupportedOperationException("only looked at");
    }
  }
}
