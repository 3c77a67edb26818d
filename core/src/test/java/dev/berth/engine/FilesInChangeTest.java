package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.VerbResult;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe;
import dev.berth.image.PoolName;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeLauncher.Job;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An image that a machine comes to open while it is removed: one of the two is told. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class FilesInChangeTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final ImageName DISK = new ImageName(new PoolName("fast"), "disk.qcow2");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\ndisks: [{name: root, file: /images/root.raw, format: raw}]\n";

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final FakeImageFiles files = new FakeImageFiles();
  private FakeMachines machines;
  private TestHost host;
  private Path image;

  @BeforeEach
  void aMachineAndAnImage() throws Exception {
    machines = new FakeMachines(directory);
    host = new TestHost(store, machines, files);
    host.api().images().createPool(DISK.pool(), Files.createDirectory(directory.resolve("pool")));
    dev.berth.job.Job made =
        host.api()
            .images()
            .create(
                DISK,
                ImageRecipe.of(new ImageOrigin.Empty(ByteSize.mebibytes(8), Preallocation.OFF)),
                JobOptions.none(),
                CallOptions.none());
    host.api().awaitJob(made.id(), TestHost.PATIENCE);
    Image there = host.api().images().image(DISK);
    image = there.file();
    host.api().define(TestHost.document(DEFINITION), new DefineCondition.Always());
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatIsBeingRemovedIsNotAttached() {
    CompletableFuture<Throwable> refusal = new CompletableFuture<>();
    files.beforeDiscard(
        () -> {
          try {
            attach();
            refusal.complete(new AssertionError("It was attached."));
          } catch (RuntimeException refused) {
            refusal.complete(refused);
          }
        });

    host.api().images().delete(DISK, CallOptions.within(TestHost.PATIENCE));

    assertThat(refusal)
        .isCompletedWithValueMatching(BusyException.class::isInstance)
        .isCompletedWithValueMatching(
            refused -> refused.getMessage().contains("(delete-image 'fast/disk.qcow2'"));
    assertThat(host.api().disks(WEB)).hasSize(1);
    assertThat(image).doesNotExist();
  }

  @Test
  void whatIsBeingAttachedIsNotRemoved() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    host.launcher().hold(Job.ADD_DEVICE, until);
    CompletableFuture<VerbResult> attached = TestHost.async(this::attach);
    eventually(() -> assertThat(store.contents().intents()).hasSize(1));

    assertThatThrownBy(
            () -> host.api().images().delete(DISK, CallOptions.within(TestHost.PATIENCE)))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("the machine of domain 'web'");

    until.countDown();
    attached.get(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(image).exists();
  }

  @Test
  void whatAHostThatHasDiedWasAttachingIsNotRemoved() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    host.launcher().hold(Job.ADD_DEVICE, until);
    CompletableFuture<VerbResult> attached = TestHost.async(this::attach);
    eventually(() -> assertThat(store.contents().intents()).hasSize(1));
    machines.of("web").hang();
    host.close(Duration.ZERO);
    until.countDown();
    assertThat(attached).failsWithin(TestHost.PATIENCE);

    host = new TestHost(store, machines, files);

    assertThatThrownBy(
            () -> host.api().images().delete(DISK, CallOptions.within(TestHost.PATIENCE)))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("the machine of domain 'web'");
    assertThat(image).exists();
  }

  private VerbResult attach() {
    return host.api()
        .attachDisk(
            WEB,
            TestHost.document("name: data\nfile: " + image + "\nformat: qcow2\n"),
            EditScope.LIVE,
            CallOptions.within(TestHost.PATIENCE));
  }
}
