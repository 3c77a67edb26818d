package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StorageCopy;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.FakeQemu.Received;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Machines that take an image along, with QEMUs that do what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class StorageMigrationJobTest extends MigrationFixture {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final long FAST = 5L << 20;
  private static final MigrationPace FASTER =
      new MigrationPace(Optional.of(FAST), Optional.empty());

  private Path there;

  @BeforeEach
  void anImageToTakeAlong() throws Exception {
    there = Files.createDirectory(otherDirectory.resolve("there"));
    Path image = Files.write(directory.resolve("data.raw"), new byte[1]);
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: " + image + ", format: raw}"),
            EditScope.BOTH,
            CallOptions.within(TestHost.PATIENCE));
    machine().monitor().answer("yank", "{}");
    machine().migration().takeTime();
  }

  @Test
  void anImageGoesAlongBeforeMemory() {
    machine().mirrors().takeTime();
    Job job = copying();
    assertThat(told("migrate")).isEmpty();

    machine().mirrors().finish();
    transferring(job);
    FakeMachine machine = machine();
    machine.migration().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
    assertThat(there.toFile().list()).containsExactly("data.raw");
    assertThat(told(machine, "migrate-continue")).hasSize(1);
  }

  @Test
  void aGuestGoesOnWhateverBecomesOfTheMarksOfItsImages() {
    Job job = transferring(migrate(request()));
    otherImages.beforeDiscard(
        () -> {
          throw new HostFailureException("The storage is gone.");
        });

    machine().migration().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
    assertThat(other.api().job(job.id()).status().phase()).isEqualTo("owner");
    assertThat(there.toFile().list()).hasSize(2).contains("data.raw");
    otherImages.beforeDiscard(() -> {});
    arrival(job, "complete");
    assertThat(there.toFile().list()).containsExactly("data.raw");
    assertMoved();
  }

  @Test
  void storageThatHangsOnceTheGuestGoesOnIsWaitedForByNobody() throws Exception {
    Job job = transferring(migrate(request()));
    HeldUp storage = new HeldUp();
    otherImages.beforeDiscard(storage::hold);

    machine().migration().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    storage.awaitBegun();
    assertMoved();
    storage.release();
    arrival(job, "complete");
    assertThat(there.toFile().list()).containsExactly("data.raw");
  }

  @Test
  void aGuestDoesNotWaitForTheStorageOfOtherDomainsOfItsSource() {
    Job job = transferring(migrate(request()));
    HeldUp storage = hangingStorageOf(host);

    machine().migration().finish();

    assertGoesOnThere();
    storage.release();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void aGuestDoesNotWaitForTheStorageOfOtherDomainsOfItsTarget() {
    Job job = transferring(migrate(request()));
    HeldUp storage = hangingStorageOf(other);

    machine().migration().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
    storage.release();
    arrival(job, "complete");
  }

  /** All threads of a host that storage may hold up are held up by it. */
  private static HeldUp hangingStorageOf(TestHost host) {
    HeldUp storage = new HeldUp();
    for (int i = 0; i < 100; i++) {
      host.engine().host().patient().execute(storage::hold);
    }
    return storage;
  }

  private void assertGoesOnThere() {
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(other.domain("web").status().state()).isEqualTo(DomainState.RUNNING);
        });
  }

  @Test
  void whatIsDiscardedWhileTheLastWordsOfItsQemuAreReadLeavesNothing() throws Exception {
    HeldUp words = new HeldUp();
    other.launcher().hold(FakeLauncher.Job.FIND_LOGS, words);
    Job job = transferring(migrate(request()));
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));
    words.awaitBegun();

    host.api().cancelJob(job.id());
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    words.release();

    assertNothingIsLeft();
  }

  @Test
  void aGuestDoesNotStandForEverOfWhichAnOlderVersionHasNotSaidSinceWhen() throws Exception {
    FakeQemu qemu = machine().monitor();
    Job job = transferring(migrate(request()));
    qemu.answer(
        "migrate-continue",
        arguments -> {
          qemu.hold("query-migrate"); // it answers nothing while it sends
          return Json.object();
        });
    machine().migration().finish();
    qemu.awaitReceived("migrate-continue", 1, TestHost.PATIENCE);

    reopenWithout("restSince");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("returning");
        });
    qemu.release("query-migrate");
    assertIsTakenBack(job, "the stream has not taken the rest in 30 s");
  }

  @Test
  void aMirrorThatSomebodyElseEndsIsNoCopy() {
    Job job = transferring(migrate(request()));

    machine().mirrors().endByHand();

    assertIsTakenBack(job, "somebody else has ended the copying of disk 'data' in QEMU");
  }

  @Test
  void aMirrorThatSomebodyElseEndsWhileAllOfItIsCopiedIsNoCopy() {
    machine().mirrors().takeTime();
    Job job = copying();

    machine().mirrors().endByHand();

    assertIsTakenBack(job, "somebody else has ended the copying of disk 'data' in QEMU");
    assertThat(told("migrate")).isEmpty();
  }

  @Test
  void aGuestDoesNotGoWhereItsImageHasNotFollowedItUntilItStood() {
    Job job = transferring(migrate(request()));

    machine().mirrors().stopUnnoticed();
    machine().migration().finish();

    assertIsTakenBack(job, "one of its images is not followed any more");
    assertThat(told("migrate-continue")).isEmpty();
  }

  @Test
  void theLastOfAnImageMayTakeLongerThanTheTargetMay() throws Exception {
    Job job = transferring(migrate(request()));
    machine().monitor().hold("block-job-cancel");
    machine().migration().finish();
    machine().monitor().awaitReceived("block-job-cancel", 1, TestHost.PATIENCE);
    time.pass(Duration.ofSeconds(50));
    reachable = false;
    machine().monitor().release("block-job-cancel");
    phase(job, "sent");

    time.pass(Duration.ofSeconds(10));
    phase(job, "sent");
    reachable = true;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void whatCannotBeginIsCancelledAtOnce() throws Exception {
    FakeQemu qemu = machine().monitor();
    qemu.hold("blockdev-mirror");
    Job job = migrate(request());
    qemu.awaitReceived("blockdev-mirror", 1, TestHost.PATIENCE);

    host.api().cancelJob(job.id());

    assertIsCut();
    qemu.release("blockdev-mirror");
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void theTargetForgetsItBeforeWhatIsCopiedToItHasLetGo() throws Exception {
    FakeQemu qemu = machine().monitor();
    machine().mirrors().takeTime();
    Job job = copying();
    qemu.hold("block-job-cancel");

    host.api().cancelJob(job.id());

    qemu.awaitReceived("block-job-cancel", 1, TestHost.PATIENCE);
    eventually(() -> assertThat(there).isEmptyDirectory());
    phase(job, "returning");
    qemu.release("block-job-cancel");
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void aGuestThatStandsForTheLastOfItsImageIsTakenBackAtOnce() throws Exception {
    FakeQemu qemu = machine().monitor();
    Job job = transferring(migrate(request()));
    qemu.hold("block-job-cancel");
    machine().migration().finish();
    qemu.awaitReceived("block-job-cancel", 1, TestHost.PATIENCE);
    phase(job, "switching");

    host.api().cancelJob(job.id());

    assertIsCut();
    eventually(() -> assertThat(there).isEmptyDirectory());
    qemu.release("block-job-cancel");
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void aQemuThatIsHeldUpByWhatItCopiesIsFreed() throws Exception {
    FakeQemu qemu = machine().monitor();
    Job job = transferring(migrate(request()));
    machine().getBusy();
    qemu.hold("query-jobs");
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.domain("web").machine().orElseThrow().liveness())
              .isEqualTo(Liveness.BUSY);
        });

    phase(job, "returning");

    assertIsCut();
    qemu.release("query-jobs");
    machine().goOn();
    assertIsTakenBack(job, "QEMU has answered nothing for 30 s");
  }

  @Test
  void timeThatIsOverWhileAnImageIsCopiedIsOverForTheNextHostToo() {
    machine().mirrors().takeTime();
    Job job = copying(request().within(new MigrationLimit(HOUR, AtLimit.CANCEL)));
    reopen();
    phase(job, "copying-storage");

    time.pass(HOUR);

    assertThat(ended(job).status().phase()).isEqualTo("not-in-time");
    assertNothingIsLeft();
  }

  @Test
  void howFastAnImageIsCopiedIsSetAnewAndSaidAgainByTheNextHost() {
    machine().mirrors().takeTime();
    Job job = copying();

    host.api().migrations().setPace(WEB, FASTER, CallOptions.within(TestHost.PATIENCE));
    eventually(() -> assertThat(speeds()).containsExactly(FAST));
    reopen();
    eventually(() -> assertThat(speeds()).containsExactly(FAST, FAST));

    machine().mirrors().finish();
    transferring(job);
    assertThat(bandwidths()).last().isEqualTo(FAST);
    host.api().migrations().setPace(WEB, pace(2 * FAST), CallOptions.within(TestHost.PATIENCE));
    assertThat(speeds()).last().isEqualTo(2 * FAST);
    assertThat(bandwidths()).last().isEqualTo(2 * FAST);
    host.api().cancelJob(job.id());
    ended(job);
  }

  @Test
  void whatIsSetAnewAsQemuBeginsToCopyIsNotLost() throws Exception {
    FakeQemu qemu = machine().monitor();
    machine().mirrors().takeTime();
    qemu.hold("blockdev-mirror");
    Job job = migrate(request());
    qemu.awaitReceived("blockdev-mirror", 1, TestHost.PATIENCE);

    host.api().migrations().setPace(WEB, FASTER, CallOptions.within(TestHost.PATIENCE));
    assertThat(speeds()).isEmpty();
    qemu.release("blockdev-mirror");

    eventually(() -> assertThat(speeds()).containsExactly(FAST));
    host.api().cancelJob(job.id());
    ended(job);
  }

  @Test
  void whatIsSetAnewAsQemuBeginsToSendIsNotLost() throws Exception {
    FakeQemu qemu = machine().monitor();
    qemu.hold("migrate-set-capabilities");
    Job job = migrate(request());
    qemu.awaitReceived("migrate-set-capabilities", 1, TestHost.PATIENCE);

    host.api().migrations().setPace(WEB, FASTER, CallOptions.within(TestHost.PATIENCE));
    qemu.release("migrate-set-capabilities");

    transferring(job);
    eventually(() -> assertThat(bandwidths()).last().isEqualTo(FAST));
    host.api().cancelJob(job.id());
    ended(job);
  }

  // ---- short ways

  private MigrationRequest request() {
    return MigrationRequest.to(OTHER).with(StorageCopy.into(there));
  }

  private static MigrationPace pace(long bytesPerSecond) {
    return new MigrationPace(Optional.of(bytesPerSecond), Optional.empty());
  }

  private Job copying() {
    return copying(request());
  }

  private Job copying(MigrationRequest request) {
    Job job = migrate(request);
    phase(job, "copying-storage");
    eventually(() -> assertThat(machine().backups().ids()).hasSize(1));
    return job;
  }

  private void assertIsTakenBack(Job job, String why) {
    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("transfer-failed");
    assertThat(ended.status().detail()).contains(why);
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    assertStays();
    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(there).isEmptyDirectory();
    assertThat(machine().backups().ids()).isEmpty();
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("data-file", "data-format");
  }

  /** It is told past all that waits, and nothing of it has been answered yet. */
  private void assertIsCut() throws InterruptedException {
    Received yank = machine().monitor().awaitReceived("yank", 1, TestHost.PATIENCE);
    assertThat(yank.outOfBand()).isTrue();
    assertThat(yank.arguments().path("instances"))
        .singleElement()
        .satisfies(
            instance -> {
              assertThat(instance.path("type").asText()).isEqualTo("block-node");
              assertThat(instance.path("node-name").asText()).endsWith("0t");
            });
  }

  private List<Long> speeds() {
    return told("block-job-set-speed").stream().map(set -> set.path("speed").asLong()).toList();
  }

  private List<Long> bandwidths() {
    return told("migrate-set-parameters").stream()
        .filter(set -> set.has("max-bandwidth"))
        .map(set -> set.path("max-bandwidth").asLong())
        .toList();
  }

  /** With what the source's QEMU was told that. */
  private List<ObjectNode> told(String command) {
    return told(machine(), command);
  }

  private static List<ObjectNode> told(FakeMachine machine, String command) {
    return machine.monitor().received().stream()
        .filter(each -> each.command().equals(command))
        .map(Received::arguments)
        .toList();
  }
}
