package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.JobOptions;
import dev.berth.host.VmHost;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.PoolName;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredPool;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the next host makes of jobs about images whose host has died. */
@ExtendWith(LeakCheck.class)
final class ImageRecoveryTest {
  private static final PoolName FAST = new PoolName("fast");
  private static final ImageName DISK = new ImageName(FAST, "disk.qcow2");
  private static final ByteSize SIZE = ByteSize.mebibytes(8);

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final FakeImageFiles files = new FakeImageFiles();
  private FakeMachines machines;
  private Path pool;

  @BeforeEach
  void aPool() throws Exception {
    machines = new FakeMachines(directory);
    pool = Files.createDirectory(directory.resolve("pool"));
    commit(new Change.PutPool(new StoredPool(FAST, pool)));
  }

  @AfterEach
  void close() {
    machines.close();
    store.close();
  }

  @Test
  void whatWasUnderWayIsEndedAndLeavesNothing() throws Exception {
    KeptJob job = job(JobKind.CREATE_IMAGE, ImageJobs.WORKING);
    Path partial = image(files.partial(job.job().id(), pool.resolve(DISK.file())));

    Job ended = ended(job);

    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("interrupted");
    assertThat(files.endedLeftOvers()).containsExactly(job.job().id());
    assertThat(partial).doesNotExist();
    assertThat(imagesLater()).isEmpty();
  }

  @Test
  void whatWasBeingNamedIsThereUnderItsName() throws Exception {
    KeptJob job = job(JobKind.IMPORT_IMAGE, ImageJobs.NAMING);
    Path partial = image(files.partial(job.job().id(), pool.resolve(DISK.file())));

    Job ended = ended(job);

    assertThat(ended.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(partial).doesNotExist();
    assertThat(imagesLater()).extracting(Image::name).containsExactly(DISK);
    assertThat(imagesLater().get(0).format()).contains(ImageFormat.QCOW2);
  }

  @Test
  void whatHadItsNameAlreadyIsOnRecord() throws Exception {
    KeptJob job = job(JobKind.CLONE_IMAGE, ImageJobs.NAMING);
    image(pool.resolve(DISK.file()));

    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(imagesLater().get(0).problem()).isEmpty();
  }

  @Test
  void whatNeverGotItsNameIsNotTakenForAStrangersFile() throws Exception {
    KeptJob job = job(JobKind.CREATE_IMAGE, ImageJobs.REMOVING);
    Path stranger = image(pool.resolve(DISK.file()));

    assertThat(ended(job).status().phase()).isEqualTo("file-failed");
    assertThat(stranger).exists();
    assertThat(imagesLater().get(0).problem()).contains("it is not on record");
  }

  @Test
  void aNameThatWasTakenMeanwhileEndsTheJob() throws Exception {
    KeptJob job = job(JobKind.CREATE_IMAGE, ImageJobs.NAMING);
    Path partial = image(files.partial(job.job().id(), pool.resolve(DISK.file())));
    Path stranger = image(pool.resolve(DISK.file()));

    assertThat(ended(job).status().phase()).isEqualTo("file-failed");
    assertThat(stranger).exists();
    assertThat(partial).doesNotExist();
    assertThat(imagesLater().get(0).problem()).contains("it is not on record");
  }

  @Test
  void aFailureToNameIsOnRecordBeforeItsFileGoes() throws Exception {
    files.hold();
    List<String> phases = new CopyOnWriteArrayList<>();
    try (TestHost host = new TestHost(store, machines, files)) {
      Job job = create(host.api());
      eventually(() -> assertThat(files.partials(pool)).hasSize(1));
      Files.writeString(pool.resolve(DISK.file()), "a stranger's");
      files.beforeDiscard(() -> phases.add(storedJob()));
      files.release();

      assertThat(host.api().awaitJob(job.id(), TestHost.PATIENCE).status().phase())
          .isEqualTo("file-failed");
    }
    assertThat(phases).singleElement().asString().contains("\"removing\"");
  }

  @Test
  void aStoreThatFailsForAMomentLeavesNoJobUnderWay() throws Exception {
    files.hold();
    try (TestHost host = new TestHost(store, machines, files)) {
      Job job = create(host.api());
      eventually(() -> assertThat(files.partials(pool)).hasSize(1));
      store.failNext(new StorageFailureException("The disk is full."));
      files.release();

      assertThat(host.api().awaitJob(job.id(), TestHost.PATIENCE).status().state())
          .isEqualTo(JobState.SUCCEEDED);
    }
  }

  private String storedJob() {
    return store.contents().jobs().get(0).document();
  }

  private static Job create(VmHost api) {
    return create(api, DISK);
  }

  private static Job create(VmHost api, ImageName image) {
    return api.images()
        .create(
            image,
            ImageRecipe.of(new ImageOrigin.Empty(SIZE, Preallocation.OFF)),
            JobOptions.none(),
            CallOptions.none());
  }

  @Test
  void aDeletionGoesOnToItsEnd() throws Exception {
    commit(new Change.PutImage(new StoredImage(DISK, ImageFormat.QCOW2)));
    Path file = image(pool.resolve(DISK.file()));
    KeptJob job = job(JobKind.DELETE_IMAGE, ImageJobs.WORKING);

    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(file).doesNotExist();
    assertThat(imagesLater()).isEmpty();
  }

  @Test
  void aDeletionDoesNotGoOnWhenADefinitionHasTheImageByNow() throws Exception {
    commit(new Change.PutImage(new StoredImage(DISK, ImageFormat.QCOW2)));
    Path file = image(pool.resolve(DISK.file()));
    try (TestHost host = new TestHost(store, machines, files)) {
      defineWith(host.api(), file);
    }
    KeptJob job = job(JobKind.DELETE_IMAGE, ImageJobs.WORKING);

    assertThat(ended(job).status().phase()).isEqualTo("file-failed");
    assertThat(file).exists();
    assertThat(imagesLater().get(0).problem()).isEmpty();
  }

  @Test
  void whatIsUsedWhenItsTurnComesStaysAsItIs() throws Exception {
    commit(new Change.PutImage(new StoredImage(DISK, ImageFormat.QCOW2)));
    Path file = image(pool.resolve(DISK.file()));
    try (TestHost host = new TestHost(store, machines, files)) {
      files.hold();
      List<Job> ahead = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ahead.add(create(host.api(), new ImageName(FAST, "ahead" + i)));
      }
      CompletableFuture<?> deleted =
          TestHost.async(
              () -> {
                host.api().images().delete(DISK, CallOptions.within(TestHost.PATIENCE));
                return "";
              });
      eventually(() -> assertThat(host.api().jobs()).hasSize(5));
      defineWith(host.api(), file);
      files.release();

      assertThat(deleted)
          .failsWithin(TestHost.PATIENCE)
          .withThrowableThat()
          .withMessageContaining("refers to it");
      assertThat(file).exists();
      ahead.forEach(job -> host.api().awaitJob(job.id(), TestHost.PATIENCE));
    }
  }

  private static void defineWith(VmHost api, Path file) {
    api.define(
        TestHost.document(
            "name: web\nmemory: 64MiB\ndisks: [{name: root, file: " + file + ", format: qcow2}]\n"),
        new DefineCondition.Always());
  }

  @Test
  void anImportIsNotOfAFileThatCameInThePlaceOfTheOneLookedAt() throws Exception {
    Path file = Files.write(directory.resolve("disk.raw"), new byte[1 << 20]);
    try (TestHost host = new TestHost(store, machines, files)) {
      files.hold();
      List<Job> ahead = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ahead.add(create(host.api(), new ImageName(FAST, "ahead" + i)));
      }
      Job job =
          host.api()
              .images()
              .create(
                  DISK,
                  ImageRecipe.of(new ImageOrigin.ImportedFile(file, Optional.of(ImageFormat.RAW))),
                  JobOptions.none(),
                  CallOptions.none());
      Path other = Files.write(directory.resolve("other.raw"), new byte[1 << 20]);
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      files.release();

      assertThat(host.api().awaitJob(job.id(), TestHost.PATIENCE).status().detail())
          .contains("has changed");
      ahead.forEach(each -> host.api().awaitJob(each.id(), TestHost.PATIENCE));
    }
    assertThat(pool.resolve(DISK.file())).doesNotExist();
  }

  @Test
  void theHeaderTellsWhetherASizeWasReached() throws Exception {
    commit(new Change.PutImage(new StoredImage(DISK, ImageFormat.QCOW2)));
    KeptJob job = job(JobKind.RESIZE_IMAGE, ImageJobs.WORKING);
    image(pool.resolve(DISK.file()));

    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aCheckIsNotDone() throws Exception {
    commit(new Change.PutImage(new StoredImage(DISK, ImageFormat.QCOW2)));
    image(pool.resolve(DISK.file()));

    assertThat(ended(job(JobKind.CHECK_IMAGE, ImageJobs.WORKING)).status().phase())
        .isEqualTo("interrupted");
  }

  @Test
  void anUnfinishedFileOfNoJobGoes() throws Exception {
    Path lost = image(pool.resolve(".berth-0123456789ab.fake.part"));
    KeptJob job = job(JobKind.CREATE_IMAGE, ImageJobs.WAITING);

    ended(job);
    try (TestHost host = new TestHost(store, machines, files)) {
      assertThat(host.api().jobs()).hasSize(1);
      eventually(() -> assertThat(lost).doesNotExist());
    }
  }

  @Test
  void anUnfinishedFileOfAnotherHostOrOfAJobThatHasJustBegunStays() throws Exception {
    Path lost = image(pool.resolve(".berth-0123456789ab.fake.part"));
    Path others = image(pool.resolve(".berth-0123456789ab.other.part"));
    CompletableFuture<VmHost> opened = new CompletableFuture<>();
    CompletableFuture<Job> begun = new CompletableFuture<>();
    files.hold();
    files.beforeListing(
        () -> {
          Job job = create(opened.join());
          Path partial = files.partial(job.id(), pool.resolve(DISK.file()));
          eventually(() -> assertThat(partial).exists());
          files.beforeListing(() -> {});
          begun.complete(job);
        });

    try (TestHost host = new TestHost(store, machines, files)) {
      opened.complete(host.api());
      Job job = begun.get(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      eventually(() -> assertThat(lost).doesNotExist());
      assertThat(files.partials(pool)).hasSize(1);
      files.release();

      assertThat(host.api().awaitJob(job.id(), TestHost.PATIENCE).status().state())
          .isEqualTo(JobState.SUCCEEDED);
    }
    assertThat(others).exists();
  }

  @Test
  void aHostThatIsClosedLeavesNothingUnderWay() throws Exception {
    files.hold();
    try (TestHost host = new TestHost(store, machines, files)) {
      create(host.api());
    }

    try (TestHost host = new TestHost(store, machines, files)) {
      assertThat(host.api().jobs())
          .extracting(job -> job.status().phase())
          .containsExactly("interrupted");
      assertThat(files.partials(pool)).isEmpty();
    }
  }

  private KeptJob job(JobKind kind, String phase) throws Exception {
    ImagePlan plan =
        new ImagePlan(
            kind,
            DISK,
            pool.resolve(DISK.file()),
            Optional.of(ImageFormat.QCOW2),
            List.of(),
            SIZE.bytes(),
            "",
            Optional.empty());
    KeptJob job =
        new KeptJob(
            new Job(
                JobId.random(),
                Job.Target.ofHost(kind, DISK.text()),
                new Job.Origin("test", Optional.empty(), Instant.now()),
                new Job.Status(JobState.RUNNING, phase, Optional.empty(), "", Optional.empty())),
            plan.facts());
    commit(new Change.PutJob(job.stored()));
    return job;
  }

  /** An image that is complete, at that place. */
  private Path image(Path file) throws Exception {
    files.run(
        JobId.random(),
        new ImageTask.Create(new Layer(file, ImageFormat.QCOW2), SIZE, Preallocation.OFF),
        share -> {});
    return file;
  }

  private Job ended(KeptJob job) {
    try (TestHost host = new TestHost(store, machines, files)) {
      return host.api().awaitJob(job.job().id(), TestHost.PATIENCE);
    }
  }

  private List<Image> imagesLater() {
    try (TestHost host = new TestHost(store, machines, files)) {
      return host.api().images().all();
    }
  }

  private void commit(Change change) throws Exception {
    store
        .commit(new Commit(new ArrayList<>(List.of(change)), List.of()))
        .get(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
