package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.BackupName;
import dev.berth.host.BackupRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Backups are looked at while images of others, as many as there are threads, are read. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class BackupLooksTest {
  /** As many as the engine has threads for images of backups. */
  private static final int BUSY = 8;

  @TempDir Path directory;
  @TempDir Path backups;
  private FakeMachines machines;
  private final FakeImageFiles images = new FakeImageFiles();
  private final MemoryStore store = new MemoryStore();
  private TestHost host;

  @BeforeEach
  void open() {
    machines = new FakeMachines(directory);
    host = new TestHost(store, machines, images);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aListAndAPlanWaitForNoBackupThatIsBeingSealed() {
    start("web");
    Job first = backup("web", "first");
    host.api().awaitJob(first.id(), TestHost.PATIENCE);
    images.hold();
    List<Job> held = new ArrayList<>();
    for (int i = 0; i < BUSY; i++) {
      start("busy-" + i);
      held.add(backup("busy-" + i, "of-busy-" + i));
    }
    eventually(() -> assertThat(held).allMatch(job -> phase(job).equals("sealing")));

    assertThat(host.api().backups().list(backups, CallOptions.within(TestHost.PATIENCE)))
        .extracting(backup -> backup.name().text())
        .containsExactly("first");
    Job second = backup("web", "second");

    images.release();
    held.add(second);
    eventually(() -> assertThat(held).allMatch(job -> phase(job).equals("complete")));
  }

  private void start(String name) {
    host.define(name);
    host.api()
        .attachDisk(
            DomainRef.of(name),
            TestHost.document("{name: data, file: /images/" + name + ".qcow2, format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
    host.start(name);
  }

  private Job backup(String domain, String name) {
    return host.api()
        .backups()
        .create(
            DomainRef.of(domain),
            BackupRequest.to(backups, new BackupName(name)),
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private String phase(Job job) {
    return host.api().jobs().stream()
        .filter(each -> each.id().equals(job.id()))
        .findFirst()
        .orElseThrow()
        .status()
        .phase();
  }
}
