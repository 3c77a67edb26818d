package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.store.Change;
import dev.berth.testing.FakeLauncher.Job;
import dev.berth.testing.FakeMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Starts that do not go well. */
final class StartTest extends EngineFixture {

  @Test
  void aStartThatCannotBePlannedChangesNothing() {
    host.define("web");
    long generation = memory.contents().domains().get(0).generation();
    launcher().fail(Job.PLAN, new HostFailureException("no QEMU here"));

    assertThatThrownBy(() -> host.start("web")).hasMessage("no QEMU here");

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.UNKNOWN);
    assertThat(web().operation()).isEmpty();
    assertThat(memory.contents().domains().get(0).generation()).isEqualTo(generation);
  }

  @Test
  void aLaunchThatFailsIsUndoneAndItsReasonStays() {
    host.define("web");
    launcher().fail(Job.LAUNCH, new HostFailureException("QEMU said: no such machine"));

    assertThatThrownBy(() -> host.start("web")).hasMessageContaining("no such machine");

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.FAILED);
    assertThat(web().status().detail()).contains("QEMU said: no such machine");
    assertNothingIsLeft();
    launcher().mend(Job.LAUNCH);
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aFailedLaunchThatMayHaveLeftAProcessStaysOnRecord() {
    host.define("web");
    launcher().fail(Job.LAUNCH, new HostFailureException("QEMU said: no such machine"));
    launcher().fail(Job.IDENTIFY, new HostFailureException("the kernel keeps process 4711"));

    assertThatThrownBy(() -> host.start("web")).hasMessageContaining("no such machine");

    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(web().status().detail().orElseThrow()).contains("could not be undone");
    launcher().mend(Job.IDENTIFY);
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertNothingIsLeft();
  }

  @Test
  void aStartWhoseIntentCannotBeStoredStartsNothing() {
    host.define("web");
    store.refuse(commit -> commit.changes().stream().anyMatch(Change.PutLaunch.class::isInstance));

    assertThatThrownBy(() -> host.start("web")).isInstanceOf(StorageFailureException.class);

    assertThat(web().status().reason()).isEqualTo(StateReason.UNKNOWN);
    assertThat(machines.all()).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void aStartWhoseOutcomeCannotBeStoredHasHappenedAndIsStoredLater() {
    host.define("web");
    store.refuse(
        commit -> commit.changes().stream().anyMatch(Change.RemoveIntent.class::isInstance));

    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(memory.contents().intents()).hasSize(1);

    store.mend();
    eventually(() -> assertThat(memory.contents().intents()).isEmpty());
    assertThat(memory.contents().domains().get(0).status().state()).isEqualTo(DomainState.RUNNING);
  }

  /** Paused, its machine is not to be told from one that was cut off half assembled. */
  @Test
  void aPausedStartWhoseOutcomeCannotBeStoredIsUndone() {
    host.define("web");
    store.refuse(
        commit ->
            commit.changes().stream().anyMatch(Change.RemoveIntent.class::isInstance)
                && commit.changes().stream().noneMatch(Change.RemoveLaunch.class::isInstance));

    assertThatThrownBy(
            () -> api().start(WEB, StartMode.PAUSED, CallOptions.within(TestHost.PATIENCE)))
        .isInstanceOf(StorageFailureException.class);

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web().status().detail().orElseThrow()).contains("the store did not take the start");
    assertNothingIsLeft();
    store.mend();
    api().start(WEB, StartMode.PAUSED, CallOptions.within(TestHost.PATIENCE));
    reopen();
    host.await("web", DomainState.PAUSED);
    assertThat(machines.of("web").signals()).isEmpty();
  }

  @Test
  void aDestroyCancelsAStartAndEverythingIsUndone() throws Exception {
    host.define("web");
    launcher().hold(Job.LAUNCH, new CountDownLatch(1));
    CompletableFuture<VerbResult> start = TestHost.async(() -> host.start("web"));
    host.await("web", DomainState.PAUSED);
    assertThatThrownBy(() -> host.start("web"))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("start by test");

    VerbResult destroyed = host.destroy("web");

    assertThat(destroyed.detail()).contains("cancelled");
    assertThat(destroyed.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(destroyed.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThatThrownBy(() -> start.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InvalidStateException.class)
        .hasMessageContaining("destroyed while it was starting");
    assertNothingIsLeft();
  }

  @Test
  void twoDestroysOfOneStartAreBothAnswered() throws Exception {
    host.define("web");
    launcher().hold(Job.LAUNCH, new CountDownLatch(1));
    CompletableFuture<VerbResult> start = TestHost.async(() -> host.start("web"));
    host.await("web", DomainState.PAUSED);

    CompletableFuture<VerbResult> one = TestHost.async(() -> host.destroy("web"));
    CompletableFuture<VerbResult> two = TestHost.async(() -> host.destroy("web"));

    assertThat(one.get(20, TimeUnit.SECONDS).snapshot().machine()).isEmpty();
    assertThat(two.get(20, TimeUnit.SECONDS).snapshot().machine()).isEmpty();
    assertThatThrownBy(() -> start.get(20, TimeUnit.SECONDS)).isNotNull();
    assertNothingIsLeft();
  }

  @Test
  void startsBeyondTheLimitOfTheHostAreBusyAndTheOthersGoOn() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    int limit = TestHost.SETTINGS.operationLimit();
    launcher().hold(Job.LAUNCH, gate);
    List<CompletableFuture<VerbResult>> starts = new ArrayList<>();
    for (int i = 0; i <= limit; i++) {
      String name = "vm" + i;
      host.define(name);
      if (i < limit) {
        starts.add(TestHost.async(() -> host.start(name)));
        host.await(name, DomainState.PAUSED);
      }
    }

    assertThatThrownBy(() -> host.start("vm" + limit))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("operation-limit");
    assertThat(host.domain("vm" + limit).operation()).isEmpty();

    gate.countDown();
    for (CompletableFuture<VerbResult> start : starts) {
      start.get(20, TimeUnit.SECONDS);
    }
    assertThat(host.start("vm" + limit).snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aMachineThatDiesRightAfterItsStartIsSeen() {
    host.define("web");
    host.start("web");
    FakeMachine machine = machines.of("web");

    machine.kill();

    host.await("web", DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.CRASHED);
    eventually(this::assertNothingIsLeft);
  }

  private void assertNothingIsLeft() {
    assertThat(machines.living()).isEmpty();
    assertThat(machines.runDirectories()).isEmpty();
    assertThat(memory.contents().launches()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(web().machine()).isEmpty();
    assertThat(web().operation()).isEmpty();
  }
}
