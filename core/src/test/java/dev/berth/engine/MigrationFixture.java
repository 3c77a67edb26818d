package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.StoredJob;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts, whose QEMUs do what the test says, and a domain that runs at one of them. */
abstract class MigrationFixture {
  static final DomainRef WEB = DomainRef.of("web");
  static final URI OTHER = URI.create("unix:/other");

  @TempDir Path directory;
  @TempDir Path otherDirectory;
  final ManualTime time = new ManualTime();
  FakeMachines machines;
  FakeMachines otherMachines;
  MemoryStore store;
  MemoryStore otherStore;
  final FakeImageFiles otherImages = new FakeImageFiles();
  TestHost host;
  TestHost other;
  volatile boolean reachable = true;

  /** The threads that had the other host asked. */
  final Set<String> askedOn = ConcurrentHashMap.newKeySet();

  /** What keeps the other host from being told, once that has become so. */
  volatile BooleanSupplier cutOff = () -> false;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    otherMachines = new FakeMachines(otherDirectory);
    store = new MemoryStore();
    otherStore = new MemoryStore();
    host = open();
    other = openOther();
    host.define("web");
    host.start("web");
    machine().migration().sendTo(() -> otherMachines.of("web").migration());
  }

  private TestHost open() {
    return new TestHost(
        store,
        machines,
        TestHost.SETTINGS,
        port -> port,
        new JobFiles(
            new LocalDumpFiles(),
            new LocalBackupFiles(),
            new FakeServedDisks(),
            new LocalSaveFiles(),
            address -> peer()),
        time,
        time,
        TestHost.BOOT);
  }

  private TestHost openOther() {
    return new TestHost(otherStore, otherMachines, otherImages);
  }

  private Peer peer() {
    return new Peer() {
      @Override
      public TargetHost target() {
        askedOn.add(Thread.currentThread().getName());
        if (!reachable || cutOff.getAsBoolean()) {
          throw new HostUnreachableException("It was cut off by the test.");
        }
        return ((TakesMachines) other.api()).targetHost();
      }

      @Override
      public StreamAddress reach(StreamAddress named) {
        return named;
      }

      @Override
      public void close() {}
    };
  }

  @AfterEach
  void close() {
    host.close();
    other.close();
    machines.close();
    otherMachines.close();
    store.close();
    otherStore.close();
  }

  // ---- short ways

  FakeMachine machine() {
    return machines.of("web");
  }

  Job migrate() {
    return migrate(MigrationRequest.to(OTHER));
  }

  Job migrate(MigrationRequest request) {
    return host.api()
        .migrations()
        .migrate(WEB, request, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  Job transferring(Job job) {
    phase(job, "transferring");
    eventually(() -> assertThat(machine().migration().isActive()).isTrue());
    return job;
  }

  void phase(Job job, String phase) {
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo(phase);
        });
  }

  void arrival(Job job, String phase) {
    eventually(() -> assertThat(other.api().job(job.id()).status().phase()).isEqualTo(phase));
  }

  /** One whose target has received everything, and is not told that it has the guest. */
  Job handedOver() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    cutOff =
        () ->
            host.api().jobs().stream()
                .anyMatch(each -> each.status().phase().equals("handed-over"));
    machine().migration().finish();
    phase(job, "handed-over");
    return job;
  }

  Job ended(Job job) {
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(5));
          assertThat(host.api().job(job.id()).status().state().isEnded()).isTrue();
        });
    return host.api().job(job.id());
  }

  void reopen() {
    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = open();
  }

  /** The host is killed, and finds what was on its disk. */
  void kill() {
    MemoryStore next = store.reopened();
    host.hangUp();
    host.close(Duration.ZERO);
    store.close();
    store = next;
    host = open();
  }

  /** The host comes back, and finds its jobs as a version has left them that knew no such fact. */
  void reopenWithout(String fact) throws IOException {
    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    for (StoredJob job : next.contents().jobs()) {
      ObjectNode document = (ObjectNode) Json.read(job.document());
      assertThat(((ObjectNode) document.path("facts")).remove(fact)).isNotNull();
      StoredJob older = new StoredJob(job.id(), job.domain(), Json.text(document));
      next.commit(new Commit(List.of(new Change.PutJob(older)), List.of())).join();
    }
    host = open();
  }

  /** The other host is killed, which cannot be reached meanwhile. */
  void killOther() {
    reachable = false;
    MemoryStore next = otherStore.reopened();
    other.hangUp();
    other.close(Duration.ZERO);
    otherStore.close();
    otherStore = next;
    other = openOther();
    reachable = true;
  }

  void assertMoved() {
    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertThat(other.await("web", DomainState.RUNNING).status().reason())
        .isEqualTo(StateReason.MIGRATED);
    eventually(() -> assertThat(machines.living()).isEmpty());
    assertThat(otherMachines.living()).hasSize(1);
    assertThat(otherMachines.of("web").runState()).isEqualTo("running");
  }

  void assertStays() {
    host.await("web", DomainState.RUNNING);
    eventually(() -> assertThat(other.api().list()).isEmpty());
    assertThat(machine().runState()).isEqualTo("running");
    assertThat(otherMachines.living()).isEmpty();
  }
}
