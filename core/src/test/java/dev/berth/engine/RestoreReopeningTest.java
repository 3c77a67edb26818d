package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.BackupName;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.backup.RestorePlan.OfDisk;
import dev.berth.engine.image.FilesInChange;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.BusyException;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.DomainRef;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.Intent;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A host died while it gave restored images their names. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class RestoreReopeningTest {
  private static final BackupName FIRST = new BackupName("first");

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();

  /** What the domain is about is not settled yet, so that nobody has gone on with the restore. */
  @Test
  void whatIsYetToBeNamedIsOpenedByNobodyFromTheBeginning() throws Exception {
    Path image = Files.writeString(directory.resolve("data.qcow2"), "old");
    try (FakeMachines machines = new FakeMachines(directory.resolve("machines"));
        store) {
      KeptJob job;
      try (TestHost before = new TestHost(store, machines)) {
        before.define("web");
        job = naming(before, image);
      }
      store
          .commit(
              new Commit(
                  List.of(
                      new Change.PutJob(job.stored()),
                      new Change.PutIntent(
                          new Intent(
                              job.job().target().domain().orElseThrow(),
                              "destroy",
                              "{}",
                              "test",
                              Instant.EPOCH))),
                  List.of()))
          .get(20, TimeUnit.SECONDS);
      store.hold();

      try (TestHost next = new TestHost(store, machines)) {
        FilesInChange files = next.engine().host().filesInChange();
        assertThatThrownBy(() -> files.requireNone(Stream.of(image)))
            .isInstanceOf(BusyException.class)
            .hasMessageContaining(job.job().id().text());
        assertThat(image).hasContent("old");

        store.release();
        eventually(
            () ->
                assertThatCode(() -> files.requireNone(Stream.of(image)))
                    .doesNotThrowAnyException());
        assertThat(image).hasContent("new");
      }
    }
  }

  private KeptJob naming(TestHost host, Path image) throws Exception {
    RestorePlan plan =
        new RestorePlan(
            directory,
            FIRST,
            List.of(new OfDisk("data", 1, image, ImageFormat.QCOW2, Optional.of("it"))));
    KeptJob job =
        BackupJobRow.restore(
            new Job.Target(
                JobKind.RESTORE_BACKUP,
                host.domain("web").uuid(),
                host.domain("web").name(),
                FIRST.text()),
            new BackupRestoreRequest(directory, FIRST, new ImagesOf(DomainRef.of("web"), Set.of())),
            plan,
            new Job.Origin("test", Optional.empty(), Instant.EPOCH));
    Path made = Files.writeString(plan.disks().get(0).partial(job.job().id()), "new");
    return BackupJobRow.naming(job, List.of(String.valueOf(Files.getAttribute(made, "unix:ino"))));
  }
}
