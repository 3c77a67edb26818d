package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.machine.ProcessExit;
import dev.berth.migration.SaveFile;
import dev.berth.migration.SavedMachine;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Saves that do not go straight, with a QEMU that does what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class SaveJobTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path saved;
  private final BrittleSaveFiles files = new BrittleSaveFiles();
  private final ManualTime time = new ManualTime();
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = host();
    host.define("web");
    host.start("web");
  }

  private TestHost host() {
    return host(TestHost.BOOT);
  }

  private TestHost host(String boot) {
    return new TestHost(
        store,
        machines,
        TestHost.SETTINGS,
        port -> port,
        new JobFiles(new LocalDumpFiles(), new LocalBackupFiles(), new FakeServedDisks(), files),
        time,
        time,
        boot);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatIsTakenBackIsSoOnTheDiskBeforeTheGuestGoesOn() {
    Job job = writing();
    CompletableFuture<String> onDisk = new CompletableFuture<>();
    machine()
        .monitor()
        .answer(
            "cont",
            arguments -> {
              onDisk.complete(store.contents().jobs().get(0).document());
              machine().runState("running");
              return Json.object();
            });
    store.failNext(new StorageFailureException("The disk is full."));

    machine().migration().fail("No space left on device");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("write-failed");
        });
    assertThat(onDisk).isCompletedWithValueMatching(text -> text.contains("undoing"));
    assertTheGuestGoesOn();
  }

  @Test
  void aGuestThatHasGoneOnIsNotTheFiles() {
    files.whenMeasured(() -> machine().runState("running"));

    Job ended = ended(save());

    assertThat(ended.status().phase()).isEqualTo("file-failed");
    assertThat(ended.status().detail()).contains("QEMU is running");
    assertTheGuestGoesOn();
  }

  @Test
  void aGuestThatGoesOnBesideItsFileIsNotTheFilesEither() {
    files.whenNamed(() -> machine().runState("running"));

    assertThat(ended(save()).status().phase()).isEqualTo("file-failed");
    assertTheGuestGoesOn();
  }

  /** QEMU keeps what it was told for a migration by which its guest has come. */
  @Test
  void whatMigrationsAreSentWithIsNothingForAFile() {
    FakeMachine machine = machine();

    save();

    eventually(
        () ->
            assertThat(machine.monitor().received())
                .filteredOn(each -> each.command().equals("migrate-set-capabilities"))
                .extracting(each -> each.arguments().toString())
                .anyMatch(told -> told.contains("{\"capability\":\"multifd\",\"state\":false}"))
                .anyMatch(
                    told -> told.contains("{\"capability\":\"dirty-bitmaps\",\"state\":false}")));
  }

  @Test
  void whatFailsWhenTheFileHasItsNameLeavesNoneThatIsComplete() {
    files.whenNamed(BrittleSaveFiles::fail);

    assertThat(ended(save()).status().phase()).isEqualTo("file-failed");
    assertTheGuestGoesOn();
  }

  @Test
  void aFileThatCameInTheWayIsLeftAlone() throws Exception {
    files.beforeNaming(() -> write("somebody else's"));

    assertThat(ended(save()).status().phase()).isEqualTo("file-failed");
    assertThat(saved.resolve("web.save")).hasContent("somebody else's");
    Files.delete(saved.resolve("web.save"));
    assertTheGuestGoesOn();
  }

  @Test
  void aPausedGuestIsPausedAsBeforeAndHasItsImagesWhenItsSaveFails() {
    machine().monitor().answer("blockdev-set-active", "{}");
    host.api().pause(WEB, CallOptions.none());
    files.whenNamed(BrittleSaveFiles::fail);

    assertThat(ended(save()).status().phase()).isEqualTo("file-failed");

    assertThat(saved).isEmptyDirectory();
    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.PAUSED);
    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.USER);
    assertThat(machine().monitor().received())
        .extracting(FakeQemu.Received::command)
        .contains("blockdev-set-active")
        .containsOnlyOnce("cont"); // at its start
  }

  @Test
  void aFileThatIsAnotherAMomentLaterStartsNothing() {
    Job job = save();
    host.api().awaitJob(job.id(), TestHost.PATIENCE);
    host.await("web", DomainState.SHUTOFF);
    Path file = saved.resolve("web.save");
    files.beforeReadingAll(
        () -> {
          SavedMachine before = files.read(file);
          describe(file, before);
        });

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(
            () ->
                host.api()
                    .saves()
                    .restore(RestoreRequest.of(file), Resources.none(), CallOptions.none()))
        .withMessageContainingAll("another file in the place of '" + file + "'", "Try again");
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aMachineThatEndsWhenAllIsWrittenIsSavedAndNotStartedAnew() {
    host.api()
        .define(
            TestHost.document("{name: web, memory: 64MiB, restart: on-failure}"),
            new DefineCondition.Always());
    files.beforeNaming(() -> machine().die(ProcessExit.ofShellCode(137)));

    Job ended = host.api().awaitJob(save().id(), TestHost.PATIENCE);

    assertThat(ended.status().phase()).isEqualTo("complete");
    assertSavedInItsFile();
  }

  @Test
  void aHostThatComesWhenAllIsWrittenCompletesTheFileOfAMachineThatIsGone() throws Exception {
    CompletableFuture<MemoryStore> then = new CompletableFuture<>();
    files.beforeNaming(() -> then.complete(store.reopened()));
    Job job = save();
    host.api().awaitJob(job.id(), TestHost.PATIENCE);
    host.await("web", DomainState.SHUTOFF);
    host.close();
    store.close();
    Files.move(saved.resolve("web.save"), saved.resolve("web.save." + job.id() + ".part"));

    store = then.join();
    host = host();

    assertThat(host.api().awaitJob(job.id(), TestHost.PATIENCE).status().phase())
        .isEqualTo("complete");
    assertSavedInItsFile();
  }

  @Test
  void whatCannotBeNamedWithoutItsMachineIsTriedUntilItCan() {
    AtomicInteger tries = new AtomicInteger();
    dieWhenItIsNamed(
        () -> {
          if (tries.incrementAndGet() < 4) {
            BrittleSaveFiles.fail();
          }
        });

    Job job = save();

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(10));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("complete");
        });
    assertThat(tries).hasValue(4);
    assertSavedInItsFile();
  }

  @Test
  void whatCannotBeNamedWithoutItsMachineIsKeptForWhomItTakesTooLong() {
    dieWhenItIsNamed(BrittleSaveFiles::fail);
    Job job = save();
    eventually(
        () ->
            assertThat(host.api().job(job.id()).status().detail()).contains("the disk is broken"));
    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("sealing");
    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> host.start("web"));

    host.api().cancelJob(job.id());

    Job ended = ended(job);
    assertThat(ended.status().phase()).isEqualTo("file-failed");
    Path partial = saved.resolve("web.save." + ended.id() + ".part");
    assertThat(partial).exists();
    assertThat(ended.status().detail()).contains("the disk is broken", partial.toString());
    assertThat(host.await("web", DomainState.SHUTOFF).status().reason())
        .isEqualTo(StateReason.FAILED);
  }

  @Test
  void whatSomebodyHasRemovedWithoutItsMachineIsNotWaitedFor() {
    dieWhenItIsNamed(
        () -> {
          for (Path file : files()) {
            delete(file);
          }
        });

    Job ended = ended(save());

    assertThat(ended.status().phase()).isEqualTo("file-failed");
    assertThat(ended.status().detail()).contains("Somebody has removed");
  }

  private void dieWhenItIsNamed(Runnable then) {
    FakeMachine machine = machine();
    files.beforeNaming(
        () -> {
          machine.die(ProcessExit.ofShellCode(137));
          host.await("web", DomainState.SHUTOFF);
          then.run();
        });
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.list(saved)) {
      return all.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMigrationOfSomebodyElseIsLeftAlone() {
    machine().migration().beginByHand();

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(this::save)
        .withMessageContaining("by hand");
    assertThat(machine().migration().isActive()).isTrue();
  }

  @Test
  void aMigrationOfSomebodyElseThatCameFirstIsNotCancelled() {
    machine().monitor().refuse("migrate", "GenericError", "There's a migration in progress");

    assertThat(ended(save()).status().phase()).isEqualTo("refused-by-qemu");
    assertTheGuestGoesOn();
    assertThat(machine().monitor().received())
        .noneMatch(received -> received.command().equals("migrate_cancel"));
  }

  @Test
  void aGuestThatWaitsInItsFileIsNotStartedWithItsHost() {
    host.api()
        .define(
            TestHost.document("{name: web, memory: 64MiB, autostart: true}"),
            new DefineCondition.Always());
    Job job = save();
    host.api().awaitJob(job.id(), TestHost.PATIENCE);
    host.await("web", DomainState.SHUTOFF);
    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;

    host = host("boot-2");

    assertSavedInItsFile();
    assertThat(store.contents().policyStates()).allMatch(policy -> policy.boot().equals("boot-2"));
  }

  /** The same in every other respect. */
  private static void describe(Path file, SavedMachine before) {
    Guest other = before.guest() == Guest.RUNNING ? Guest.PAUSED : Guest.RUNNING;
    try {
      SaveFile.describe(
          file,
          before.stream().bytes(),
          stream ->
              new SavedMachine(
                  before.origin(), other, before.launch(), before.cpu(), before.images(), stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertSavedInItsFile() {
    host.await("web", DomainState.SHUTOFF);
    time.pass(Duration.ofHours(1));
    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.SAVED);
    assertThat(machines.living()).isEmpty();
    assertThat(saved).isDirectoryContaining("glob:**/web.save");
    assertThat(saved.toFile().list()).hasSize(1);
    assertThat(files.readAll(saved.resolve("web.save")).guest()).isEqualTo(Guest.RUNNING);
  }

  private void assertTheGuestGoesOn() {
    assertThat(saved).isEmptyDirectory();
    assertThat(machine().runState()).isEqualTo("running");
    host.await("web", DomainState.RUNNING);
  }

  private void write(String text) {
    try {
      Files.writeString(saved.resolve("web.save"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Job save() {
    return host.api()
        .saves()
        .save(
            WEB,
            saved.resolve("web.save"),
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job writing() {
    machine().migration().takeTime();
    Job job = save();
    eventually(
        () -> {
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("writing");
          assertThat(machine().migration().isActive()).isTrue();
        });
    return job;
  }

  private Job ended(Job job) {
    Job ended = host.api().awaitJob(job.id(), TestHost.PATIENCE);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    return ended;
  }

  private FakeMachine machine() {
    return machines.of("web");
  }
}
