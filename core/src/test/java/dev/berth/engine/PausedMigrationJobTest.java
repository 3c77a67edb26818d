package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidStateException;
import dev.berth.error.StorageFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Guests that somebody has paused, between two hosts whose QEMUs do what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class PausedMigrationJobTest extends MigrationFixture {
  private static final String OLD = "7.2.22";
  private static final String NEW = "10.0.13";

  @BeforeEach
  void aPausedGuest() {
    otherMachines.areOf(NEW);
    host.api().destroy(WEB, Duration.ofSeconds(1), CallOptions.within(TestHost.PATIENCE));
    machines.areOf(NEW);
    host.start("web");
    machine().migration().sendTo(() -> otherMachines.of("web").migration());
    host.api().pause(WEB, CallOptions.within(TestHost.PATIENCE));
  }

  @Test
  void itIsPausedAtTheOtherHost() {
    Job ended = endedInNoTime(migrate());

    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
    assertThat(ended.status().detail()).startsWith("the guest is paused there, as it was here");
    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertThat(machines.living()).isEmpty();
    assertPaused(other);
    FakeMachine moved = otherMachines.of("web");
    assertThat(moved.ran()).isFalse();
    assertThat(moved.migration().hasImages()).isTrue();
    other.api().resume(WEB, CallOptions.within(TestHost.PATIENCE));
    other.await("web", DomainState.RUNNING);
  }

  @Test
  void oneThatIsCancelledIsPausedHereAndCanGoAtOnce() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    assertThat(answering()).isTrue();

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertStaysPaused();
    assertThat(host.domain("web").status().detail()).isEmpty();
    assertThat(answering()).isFalse();
    machine().migration().takeTime();
    Job again = transferring(migrate());
    machine().migration().finish();
    assertThat(endedInNoTime(again).status().phase()).isEqualTo("complete");
  }

  @Test
  void aTargetThatCannotTakeItsImagesGivesItBackAndItSaysWhatItIsOfNoUseFor() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    otherMachines
        .of("web")
        .monitor()
        .refuse("blockdev-set-active", "GenericError", "Failed to get lock");

    machine().migration().finish();

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("target-failed");
    assertThat(ended.status().detail())
        .isEqualTo("QEMU does not take over its images: Failed to get lock");
    assertStaysPaused();
    assertThat(host.domain("web").status().detail())
        .hasValueSatisfying(PausedMigrationJobTest::isSpent);
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("Resume it");
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(
            () ->
                host.api()
                    .saves()
                    .save(
                        WEB,
                        directory.resolve("web.save"),
                        JobOptions.none(),
                        CallOptions.within(TestHost.PATIENCE)))
        .withMessageContaining("Resume it");

    host.api().resume(WEB, CallOptions.within(TestHost.PATIENCE));

    host.await("web", DomainState.RUNNING);
    assertThat(host.domain("web").status().detail()).isEmpty();
  }

  private static void isSpent(String detail) {
    assertThat(detail).contains("neither moves nor saves it before it was resumed");
  }

  @Test
  void itSaysSoAfterTheNextHostHasComeToo() {
    Job job = handedOver();
    reopen();
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));
    cutOff = () -> false;

    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStaysPaused();
    reopen();

    eventually(
        () ->
            assertThat(host.domain("web").status().detail())
                .hasValueSatisfying(PausedMigrationJobTest::isSpent));
    assertPaused(host);
  }

  @Test
  void aTargetWhoseQemuEndsWhileItTakesItsImagesGivesItBackAfterARestart() throws Exception {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    FakeMachine arriving = otherMachines.of("web");
    arriving.monitor().hold("blockdev-set-active");
    machine().migration().finish();
    arriving.monitor().awaitReceived("blockdev-set-active", 1, TestHost.PATIENCE);
    arrival(job, "owner");

    reachable = false;
    arriving.die(ProcessExit.ofShellCode(137));
    killOther();

    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStaysPaused();
  }

  @Test
  void nobodyIsToldThatItIsThereBeforeThatIsOnTheTargetsDisk() throws Exception {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    FakeQemu arriving = otherMachines.of("web").monitor();
    arriving.hold("blockdev-set-active");
    machine().migration().finish();
    arriving.awaitReceived("blockdev-set-active", 1, TestHost.PATIENCE);

    otherStore.failNext(new StorageFailureException("The disk is full."));
    arriving.release("blockdev-set-active");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(arriving.received())
              .filteredOn(received -> received.command().equals("blockdev-set-active"))
              .as("taken over once more, for it is not complete")
              .hasSize(2);
        });
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertPaused(other);
  }

  @Test
  void aTargetThatIsSilentIsNotWaitedForForEver() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("telling");
        });
    assertPaused(host);
    assertThat(machine().migration().hasImages()).isTrue();

    reachable = true;
    assertThat(ended(job).status().phase()).isEqualTo("target-silent");
    assertStaysPaused();
  }

  @Test
  void oneThatSomebodyHasGoOnByHandStays() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    machine().runState("running");
    machine().monitor().emit("RESUME", "{}");
    host.await("web", DomainState.RUNNING);

    machine().migration().finish();

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("transfer-failed");
    assertThat(ended.status().detail()).contains("somebody else has had it go on meanwhile");
    eventually(() -> assertThat(other.api().list()).isEmpty());
  }

  @Test
  void anOlderQemuHereIsNamed() {
    host.api().destroy(WEB, Duration.ofSeconds(1), CallOptions.within(TestHost.PATIENCE));
    machines.areOf(OLD);
    host.start("web");
    host.api().pause(WEB, CallOptions.within(TestHost.PATIENCE));

    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("its guest is paused, and QEMU 7.2.22 here moves no paused guest")
        .withMessageContaining("10.0 and newer do, at both hosts");
    assertThat(host.api().jobs()).isEmpty();
  }

  @Test
  void anOlderQemuThereIsNamed() {
    otherMachines.areOf(OLD);

    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("QEMU 7.2.22 there moves no paused guest");
    assertThat(other.api().list()).isEmpty();
  }

  // ---- short ways

  /** So that nobody is out of patience, however busy this machine is. */
  private Job endedInNoTime(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  /** Whether QEMU was told last to wait for the other one's answer. */
  private boolean answering() {
    List<ObjectNode> told =
        machine().monitor().received().stream()
            .filter(it -> it.command().equals("migrate-set-capabilities"))
            .map(FakeQemu.Received::arguments)
            .filter(it -> it.toString().contains("return-path"))
            .toList();
    return told.get(told.size() - 1)
        .toString()
        .contains("{\"capability\":\"return-path\",\"state\":true}");
  }

  private static void assertPaused(TestHost at) {
    DomainStatus status = at.await("web", DomainState.PAUSED).status();
    assertThat(status.reason()).isEqualTo(StateReason.USER);
  }

  private void assertStaysPaused() {
    eventually(() -> assertThat(other.api().list()).isEmpty());
    assertPaused(host);
    assertThat(machine().runState()).isIn("paused", "postmigrate");
    assertThat(machine().migration().hasImages()).isTrue();
    assertThat(otherMachines.all()).noneMatch(FakeMachine::ran);
    assertThat(machine().monitor().received())
        .extracting(FakeQemu.Received::command)
        .containsOnlyOnce("cont"); // at its start
  }
}
