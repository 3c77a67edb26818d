package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.engine.migration.HostNetwork;
import dev.berth.engine.thread.TimerThread;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host dies at each moment of what it does with a complete backup: the next one finishes it, or
 * everything is as it was.
 */
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class RestoreCrashTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final BackupName FIRST = new BackupName("first");
  private static final List<String> DISKS = List.of("a", "b");
  private static final String OLD = "old";

  @TempDir Path directory;

  /** What is done. */
  private enum Deed {
    RESTORE_ONTO_A_DOMAIN,
    RESTORE_TO_NEW_IMAGES,
    VERIFY_BACKUP,
    DELETE_BACKUP;

    void on(VmHost host, Place place) {
      switch (this) {
        case RESTORE_ONTO_A_DOMAIN -> restore(host, place, new ImagesOf(WEB, Set.of()));
        case RESTORE_TO_NEW_IMAGES ->
            restore(
                host,
                place,
                new NewFiles(
                    Map.of("a", place.fresh("a"), "b", place.fresh("b")), ImageFormat.QCOW2));
        case VERIFY_BACKUP ->
            host.awaitJob(
                host.backups()
                    .verify(place.backups(), FIRST, JobOptions.none(), CallOptions.none())
                    .id(),
                TestHost.PATIENCE);
        case DELETE_BACKUP -> host.backups().delete(place.backups(), FIRST, CallOptions.none());
      }
    }

    private static void restore(VmHost host, Place place, RestoreTarget target) {
      BackupRestoreRequest request = new BackupRestoreRequest(place.backups(), FIRST, target);
      host.awaitJob(
          host.backups().restore(request, JobOptions.none(), CallOptions.none()).id(),
          TestHost.PATIENCE);
    }

    private JobKind kind() {
      return switch (this) {
        case RESTORE_ONTO_A_DOMAIN, RESTORE_TO_NEW_IMAGES -> JobKind.RESTORE_BACKUP;
        case VERIFY_BACKUP -> JobKind.VERIFY_BACKUP;
        case DELETE_BACKUP -> JobKind.DELETE_BACKUP;
      };
    }
  }

  /** Where one life of a host has its files. */
  private record Place(Path root) {
    static Place make(Path root) throws IOException {
      Place place = new Place(Files.createDirectories(root));
      Files.createDirectory(place.backups());
      for (String disk : DISKS) {
        Files.writeString(place.image(disk), OLD);
      }
      return place;
    }

    Path backups() {
      return root.resolve("backups");
    }

    Path image(String disk) {
      return root.resolve(disk);
    }

    Path fresh(String disk) {
      return root.resolve("new-" + disk);
    }

    /** The files in it, but for those of the backup. */
    Set<String> files() throws IOException {
      try (Stream<Path> all = Files.list(root)) {
        return Set.copyOf(all.map(file -> String.valueOf(file.getFileName())).toList());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Deed.class)
  void theNextHostFinishesItOrLeavesEverythingAsItWas(Deed deed) throws Exception {
    int moments = die(deed, -1);
    assertThat(moments).isGreaterThan(4);
    for (int moment = 0; moment < moments; moment++) {
      die(deed, moment);
    }
  }

  private int die(Deed deed, int moment) throws Exception {
    Path life = directory.resolve(deed + "-" + moment);
    Place place = Place.make(life.resolve("files"));
    Mortality mortality = new Mortality(moment);
    try (FakeMachines machines = new FakeMachines(life)) {
      MemoryStore first = prepared(machines, place);
      TestHost mortal =
          new TestHost(
              mortality.mortal(first),
              machines,
              TestHost.SETTINGS,
              port -> port,
              mortality.mortal(new FakeImageFiles()),
              mortality.mortal(JobFiles.local(HostNetwork.local().tls())),
              Clock.systemUTC(),
              TimerThread.start(),
              TestHost.BOOT);
      String death = "never";
      MemoryStore second;
      try {
        CompletableFuture<String> call =
            TestHost.async(
                () -> {
                  deed.on(mortal.api(), place);
                  return "after it was done";
                });
        death =
            CompletableFuture.anyOf(mortality.death(), call).get(60, TimeUnit.SECONDS).toString();
        mortal.hangUp();
        second = first.reopened();
      } finally {
        mortal.close(Duration.ZERO);
        first.close();
      }
      live(deed, death, machines, second, place);
    }
    return mortality.moments().size();
  }

  private static MemoryStore prepared(FakeMachines machines, Place place) {
    MemoryStore store = new MemoryStore();
    try (TestHost host = new TestHost(store, machines)) {
      host.define("web");
      for (String disk : DISKS) {
        host.api()
            .attachDisk(
                WEB,
                TestHost.document(
                    "{name: " + disk + ", file: " + place.image(disk) + ", format: qcow2}"),
                EditScope.CONFIG,
                CallOptions.none());
      }
      host.api().start(WEB, StartMode.PAUSED, CallOptions.none());
      Job job =
          host.api()
              .backups()
              .create(
                  WEB,
                  BackupRequest.to(place.backups(), FIRST),
                  JobOptions.none(),
                  CallOptions.none());
      host.api().awaitJob(job.id(), TestHost.PATIENCE);
      host.destroy("web");
    }
    MemoryStore prepared = store.reopened();
    store.close();
    return prepared;
  }

  /** The next host process: waits for the truth, and checks it. */
  private static void live(
      Deed deed, String death, FakeMachines machines, MemoryStore store, Place place) {
    try (store;
        TestHost next = new TestHost(store, machines)) {
      eventually(
          () -> {
            try {
              assertTrue(deed, next.api(), place);
            } catch (AssertionError wrong) {
              throw new AssertionError(deed + ", died " + death + ": " + wrong.getMessage(), wrong);
            }
          });
      next.api().start(WEB, StartMode.PAUSED, CallOptions.none());
    }
  }

  private static void assertTrue(Deed deed, VmHost host, Place place) throws IOException {
    List<Job> jobs =
        host.jobs().stream().filter(job -> job.target().kind() == deed.kind()).toList();
    assertThat(jobs).as("jobs").allMatch(job -> job.status().state().isEnded());
    boolean done = jobs.stream().anyMatch(job -> job.status().state() == JobState.SUCCEEDED);
    boolean restored = deed == Deed.RESTORE_ONTO_A_DOMAIN && done;
    for (String disk : DISKS) {
      assertThat(Files.readString(place.image(disk), StandardCharsets.ISO_8859_1))
          .as(disk)
          .matches(content -> content.equals(OLD) != restored);
    }
    assertThat(place.files())
        .as("files")
        .isEqualTo(
            deed == Deed.RESTORE_TO_NEW_IMAGES && done
                ? Set.of("a", "b", "backups", "new-a", "new-b")
                : Set.of("a", "b", "backups"));
    boolean gone = deed == Deed.DELETE_BACKUP && done;
    List<Backup> left = host.backups().list(place.backups(), CallOptions.none());
    assertThat(left).as("backups").hasSize(gone ? 0 : 1);
    String[] folders = place.backups().toFile().list();
    assertThat(folders).as("folders").isEqualTo(gone ? new String[0] : new String[] {"first"});
  }
}
