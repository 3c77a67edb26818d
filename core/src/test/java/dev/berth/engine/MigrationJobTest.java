package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.machine.ProcessExit;
import dev.berth.migration.Arrival;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.migration.TargetPhase;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Migrations that do not go straight, between two hosts whose QEMUs do what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MigrationJobTest extends MigrationFixture {

  @Test
  void aGuestGoesOnAtTheOtherHost() {
    Job job = migrate();

    Job ended = ended(job);

    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
    assertMoved();
    assertThat(askedOn)
        .as("a host that hangs keeps nothing else waiting")
        .isNotEmpty()
        .allMatch(name -> name.matches("berth-(peer|switch)-\\d+"));
    assertThat(other.api().jobs())
        .singleElement()
        .satisfies(
            arrival -> {
              assertThat(arrival.id()).isEqualTo(job.id());
              assertThat(arrival.status().phase()).isEqualTo("complete");
              assertThat(arrival.target().subject()).isEqualTo("from " + directory);
            });
  }

  @Test
  void aMigrationHasEndedOnceItsDomainIsGoneHere() throws Exception {
    HeldUp removal = new HeldUp();
    host.launcher().hold(FakeLauncher.Job.REMOVE_LOGS, removal);
    Job job = migrate();
    phase(job, "ending");
    removal.awaitBegun();

    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("ending");
    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.MIGRATED);
    var awaited = TestHost.async(() -> host.api().awaitJob(job.id(), TestHost.PATIENCE));
    removal.release();

    assertThat(awaited.join().status().phase()).isEqualTo("complete");
    assertThat(host.api().list()).isEmpty();
    assertThat(host.api().jobs())
        .singleElement()
        .satisfies(ended -> assertThat(ended.status().phase()).isEqualTo("complete"));
    assertMoved();
  }

  @Test
  void aDomainThatCannotBeRemovedHereHasMovedAllTheSame() {
    host.launcher()
        .fail(FakeLauncher.Job.REMOVE_LOGS, new HostFailureException("The disk is dead."));

    assertThat(ended(migrate()).status().phase()).isEqualTo("complete");

    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.MIGRATED);
    host.launcher().mend(FakeLauncher.Job.REMOVE_LOGS);
    host.api().undefine(WEB);
    assertMoved();
  }

  @Test
  void aGuestThatStandsByItselfIsNotMoved() {
    machine().diskFills();
    host.await("web", DomainState.PAUSED);

    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("its guest does not run (QEMU is 'io-error')");

    assertThat(host.api().jobs()).isEmpty();
    assertThat(other.api().list()).isEmpty();
  }

  @Test
  void aGuestThatStopsBeforeTheSwitchIsNotMoved() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    machine().diskFills();
    host.await("web", DomainState.PAUSED);

    machine().migration().finish();

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("transfer-failed");
    assertThat(ended.status().detail()).contains("its guest has stopped meanwhile");
    eventually(() -> assertThat(other.api().list()).isEmpty());
  }

  @Test
  void nothingElseIsDoneToAMachineThatIsGoing() {
    machine().migration().takeTime();
    Job job = transferring(migrate());

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> host.api().pause(WEB, CallOptions.none()));
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> other.api().resume(WEB, CallOptions.none()));
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> other.api().cancelJob(job.id()));

    host.api().cancelJob(job.id());
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertStays();
  }

  @Test
  void aTargetThatCannotLetTheGuestGoOnGivesItBack() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    otherMachines.of("web").monitor().refuse("cont", "GenericError", "Failed to get lock");

    machine().migration().finish();

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("target-failed");
    assertThat(ended.status().detail()).contains("Failed to get lock");
    assertStays();
  }

  @Test
  void aTargetThatIsSilentAtTheSwitchIsNotWaitedForForEver() {
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
    host.await("web", DomainState.RUNNING);
    assertThat(machine().runState()).isEqualTo("running");
    other.api().domain(WEB);
    assertThat(otherMachines.of("web").runState()).isEqualTo("paused");

    askedOn.clear();
    reachable = true;
    assertThat(ended(job).status().phase()).isEqualTo("target-silent");
    assertStays();
    assertThat(askedOn)
        .as("no guest stands for it, and none that does waits behind it")
        .isNotEmpty()
        .allMatch(name -> name.matches("berth-tell-\\d+"));
  }

  @Test
  void aTargetHasNoLongerToAnswerWhereTheGuestMayStandForLong() {
    Duration allowed = Duration.ofSeconds(1000);
    machine().migration().takeTime();
    Job job =
        transferring(
            migrate(
                new MigrationRequest(
                    OTHER, Optional.empty(), Optional.of(allowed), Convergence.LEFT_TO_GUEST)));
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");
    Instant sent = time.instant();

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("telling");
        });

    assertThat(Duration.between(sent, time.instant())).isLessThan(allowed);
    reachable = true;
    assertThat(ended(job).status().phase()).isEqualTo("target-silent");
    assertStays();
  }

  @Test
  void whatGoesToAnotherMachineIsEncryptedAndNothingOfThatIsLeft() throws Exception {
    machine().migration().takeTime();
    Job job =
        transferring(
            host.api()
                .migrations()
                .migrate(
                    WEB,
                    MigrationRequest.to(URI.create("tls://other.example")),
                    JobOptions.none(),
                    CallOptions.within(TestHost.PATIENCE)));

    assertThat(told("object-add"))
        .singleElement()
        .satisfies(
            added -> {
              assertThat(added.path("qom-type").asText()).isEqualTo("tls-creds-psk");
              assertThat(added.path("endpoint").asText()).isEqualTo("client");
              assertThat(Path.of(added.path("dir").asText())).doesNotExist();
            });
    assertThat(told("migrate").get(0).path("uri").asText()).startsWith("tcp:");

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(told("object-del")).isNotEmpty();
    assertThat(told("migrate-set-parameters"))
        .last()
        .satisfies(set -> assertThat(set.path("tls-creds").asText()).isEmpty());
    assertStays();
  }

  @Test
  void aTargetWhoseAnswersCannotBeReadIsSilent() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    AtomicInteger asked = new AtomicInteger();
    cutOff =
        () -> {
          asked.incrementAndGet();
          throw new IllegalStateException("nonsense");
        };
    machine().migration().finish();
    phase(job, "sent");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("telling");
        });
    host.await("web", DomainState.RUNNING);
    assertThat(asked).as("asked again once a second").hasValueLessThan(200);

    cutOff = () -> false;
    assertThat(ended(job).status().phase()).isEqualTo("target-silent");
    assertStays();
  }

  @Test
  void aQemuThatDoesNotSayHowFarItIsDoesNotHaveTheGuestStandForEver() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    machine().monitor().refuse("query-migrate", "GenericError", "not now");
    reachable = true;

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("returning");
        });
  }

  @Test
  void aStreamThatTakesNothingMoreDoesNotHaveTheGuestStandForEver() throws Exception {
    Job job = heldUpByItsStream();

    assertIsTakenBack(job);
  }

  @Test
  void aClockThatIsSetBackMeanwhileHasTheGuestStandNoLonger() throws Exception {
    Job job = heldUpByItsStream();

    time.set(time.instant().minus(Duration.ofDays(1)));

    assertIsTakenBack(job);
  }

  @Test
  void aClockThatIsSetMeanwhileTakesNobodysTime() throws Exception {
    Job job = heldUpByItsStream();

    time.set(time.instant().plus(Duration.ofDays(1)));
    time.pass(Duration.ofSeconds(29));
    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("switching");

    assertIsTakenBack(job);
  }

  private Job heldUpByItsStream() throws Exception {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    FakeQemu qemu = machine().monitor();
    qemu.answer("yank", "{}");
    qemu.answer(
        "migrate-continue",
        arguments -> {
          qemu.hold("query-migrate"); // it answers nothing while it sends
          return Json.object();
        });
    machine().migration().finish();
    qemu.awaitReceived("migrate-continue", 1, TestHost.PATIENCE);
    return job;
  }

  private void assertIsTakenBack(Job job) throws Exception {
    FakeQemu qemu = machine().monitor();
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("returning");
        });
    qemu.awaitReceived("yank", 1, TestHost.PATIENCE);
    qemu.release("query-migrate");

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("transfer-failed");
    assertThat(ended.status().detail()).isEqualTo("the stream has not taken the rest in 30 s");
    assertStays();
  }

  @Test
  void aGuestDoesNotStandForEverOfWhichAnOlderVersionHasNotSaidSinceWhen() throws Exception {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    reopenWithout("sentSince");
    phase(job, "sent");

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("telling");
        });
    reachable = true;
    assertThat(ended(job).status().phase()).isEqualTo("target-silent");
    assertStays();
  }

  @Test
  void aTakeThatIsSaidAgainAnswersTheOneBefore() throws Exception {
    UUID domain = host.domain("web").uuid();
    Job job = handedOver();
    FakeQemu qemu = otherMachines.of("web").monitor();
    qemu.hold("cont");
    TargetHost target = ((TakesMachines) other.api()).targetHost();
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      Future<Arrival> first = callers.submit(() -> target.take(domain, job.id()));
      qemu.awaitReceived("cont", 1, TestHost.PATIENCE);
      Future<Arrival> second = callers.submit(() -> target.take(domain, job.id()));

      assertThat(first.get(60, TimeUnit.SECONDS).phase()).isEqualTo(TargetPhase.OWNER);
      qemu.release("cont");
      assertThat(second.get(60, TimeUnit.SECONDS).phase()).isEqualTo(TargetPhase.COMPLETE);
    } finally {
      callers.shutdownNow();
      assertThat(callers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    cutOff = () -> false;
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void whatWasHandedOverIsWaitedForAcrossRestarts() {
    Job job = handedOver();
    time.pass(Duration.ofHours(1));
    assertThat(machine().runState()).isEqualTo("postmigrate");

    reopen();

    phase(job, "handed-over");
    assertThat(machine().runState()).isEqualTo("postmigrate");
    assertThat(otherMachines.of("web").runState()).isEqualTo("paused");
    cutOff = () -> false;
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().list()).isEmpty();
        });
    assertMoved();
  }

  @Test
  void aSourceWhoseMachineEndsOnceAllIsSentHandsOverAllTheSame() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    machine().die(ProcessExit.ofShellCode(137));
    host.await("web", DomainState.SHUTOFF);
    reachable = true;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void whatWasDestroyedAtTheSourceDoesNotGoOnElsewhere() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    host.api().destroy(WEB, Duration.ZERO, CallOptions.within(TestHost.PATIENCE));
    reachable = true;

    assertThat(ended(job).status().phase()).isEqualTo("machine-ended");
    eventually(() -> assertThat(other.api().list()).isEmpty());
    assertThat(otherMachines.living()).isEmpty();
    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.DESTROYED);
  }

  @Test
  void itIsDecidedByHandThatTheGuestStays() {
    Job job = handedOver();
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));

    host.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, CallOptions.none());

    host.await("web", DomainState.RUNNING);
    assertThat(machine().runState()).isEqualTo("running");
    cutOff = () -> false;
    assertThat(ended(job).status().phase()).isEqualTo("decided-by-hand");
    assertStays();
  }

  @Test
  void itIsDecidedByHandThatTheGuestIsTheOtherHosts() {
    handedOver();
    other.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, CallOptions.none());
    other.await("web", DomainState.RUNNING);

    host.api().migrations().resolve(WEB, GuestOwner.OTHER_HOST, CallOptions.none());

    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertMoved();
  }

  @Test
  void whatTheOtherHostSaysCountsForMoreThanThatTheGuestIsSaidToBeThisHosts() {
    handedOver();
    other.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, CallOptions.none());
    other.await("web", DomainState.RUNNING);
    cutOff = () -> false;

    assertThatExceptionOfType(BerthException.class)
        .isThrownBy(
            () -> host.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, CallOptions.none()));

    assertMoved();
  }

  @Test
  void whatTheOtherHostSaysCountsForMoreThanThatTheGuestIsSaidToBeItsOwn() {
    Job job = handedOver();
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));
    arrival(job, "failed");
    cutOff = () -> false;

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(
            () -> host.api().migrations().resolve(WEB, GuestOwner.OTHER_HOST, CallOptions.none()));

    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStays();
  }

  @Test
  void aTargetThatEndsBeforeItLetTheGuestGoOnGivesItBack() {
    Job job = handedOver();
    otherMachines.of("web").monitor().hold("query-status");
    cutOff = () -> false;
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(other.api().job(job.id()).status().phase()).isEqualTo("owner");
        });

    otherMachines.of("web").die(ProcessExit.ofShellCode(137));

    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStays();
  }

  @Test
  void whatHasFailedAtTheTargetStaysThereUntilTheSourceHasHeardOfIt() {
    Job job = handedOver();
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));
    arrival(job, "failed");

    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> other.api().undefine(WEB));

    cutOff = () -> false;
    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStays();
  }

  @Test
  void aDomainWhoseGuestWasLostWhileItChangedHostsCanBeStartedAgain() {
    Job job = handedOver();
    machine().die(ProcessExit.ofShellCode(137));
    assertThat(host.await("web", DomainState.SHUTOFF).status().reason())
        .isEqualTo(StateReason.MIGRATED);
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));
    arrival(job, "failed");
    cutOff = () -> false;

    assertThat(ended(job).status().phase()).isEqualTo("machine-ended");

    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.CRASHED);
    host.start("web");
    assertStays();
  }

  @Test
  void aSourceThatIsEndedBySomebodyElseOnceAllIsSentHandsOverAllTheSame() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    machine().isTerminatedByAStranger();
    assertThat(host.await("web", DomainState.SHUTOFF).status().reason())
        .isEqualTo(StateReason.DESTROYED);
    reachable = true;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void whatIsCancelledBeforeTheTargetIsToldSaysWhatIsLeftThere() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(31));
          assertThat(host.api().job(job.id()).status().phase()).isEqualTo("telling");
        });

    host.api().cancelJob(job.id());

    assertThat(host.api().job(job.id()).status().detail())
        .contains("the target was not told: 'vmctl migration resolve --owner other'");
    other.api().migrations().resolve(WEB, GuestOwner.OTHER_HOST, CallOptions.none());
    assertStays();
  }

  @Test
  void aDomainThatHasGoneIsNotStartedHereByItsPolicy() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");
    machine().die(ProcessExit.ofShellCode(137));
    host.await("web", DomainState.SHUTOFF);

    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> host.start("web"));

    reachable = true;
    ended(job);
    assertMoved();
  }

  /** With what the source's QEMU was told that. */
  private List<ObjectNode> told(String command) {
    return machine().monitor().received().stream()
        .filter(each -> each.command().equals(command))
        .map(FakeQemu.Received::arguments)
        .toList();
  }
}
