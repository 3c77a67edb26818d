package dev.berth.config;

import static dev.berth.config.CrashPoint.after;
import static dev.berth.config.CrashPoint.before;
import static dev.berth.config.CrashPoint.during;
import static dev.berth.config.CrashingHost.VM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.CrashPoint.Step;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The host process is killed at every persisted intent of define, undefine, start and destroy. The
 * rows of {@code docs/recovery.md}; {@link GuestSurvivesTest} has those of shutdown.
 */
@Tag("once")
final class HostCrashTest extends HomeFixture {
  @Test
  void aDefineThatWasNotStoredNeverWas() throws InterruptedException {
    crash(CrashingHost.Verb.DEFINE, before(Step.DEFINITION));

    try (VmHost host = home.open()) {
      assertThat(host.list()).isEmpty();
    }
  }

  @Test
  void aDefineThatWasStoredIsThere() throws InterruptedException {
    crash(CrashingHost.Verb.DEFINE, after(Step.DEFINITION));

    assertThat(recovered().definition().labels()).containsEntry("defined", "again");
  }

  @Tag("full")
  @Test
  void aRedefineIsThereOnceStored() throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.DEFINE, before(Step.DEFINITION));
    assertThat(recovered().definition().revision()).isEqualTo(1);
    crash(CrashingHost.Verb.DEFINE, after(Step.DEFINITION));
    assertThat(recovered().definition().revision()).isEqualTo(2);
  }

  @Test
  void anUndefineThatWasNotStoredNeverWas() throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.UNDEFINE, before(Step.INTENT));

    assertThat(recovered().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  static Stream<CrashPoint> inAnUndefine() {
    return Stream.of(
        after(Step.INTENT), after(Step.LOGS), before(Step.OUTCOME), after(Step.OUTCOME));
  }

  @ParameterizedTest
  @MethodSource("inAnUndefine")
  void anUndefineThatWasStoredIsFinished(CrashPoint point) throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.UNDEFINE, point);

    try (VmHost host = home.open()) {
      QemuOf.awaitThat("the domain is undefined", () -> host.list().isEmpty());
    }
  }

  @Test
  void aStartThatWasNotStoredNeverWas() throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.START, before(Step.INTENT));

    assertOff(recovered(), StateReason.UNKNOWN);
  }

  static Stream<CrashPoint> beforeTheGuestRan() {
    return Stream.of(after(Step.INTENT), during(Step.LAUNCH), after(Step.LAUNCH));
  }

  @ParameterizedTest
  @MethodSource("beforeTheGuestRan")
  void aStartWhoseGuestNeverRanIsUndone(CrashPoint point) throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.START, point);

    assertOff(recovered(), StateReason.FAILED);
    assertOff(recovered(), StateReason.FAILED);
  }

  static Stream<CrashPoint> onceTheGuestRuns() {
    return Stream.of(before(Step.OUTCOME), after(Step.OUTCOME));
  }

  @ParameterizedTest
  @MethodSource("onceTheGuestRuns")
  void aStartWhoseGuestRunsIsDone(CrashPoint point) throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.START, point);

    List<Long> qemus = QemuOf.pids(directory);
    DomainSnapshot domain = recovered();
    assertThat(domain.status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(domain.status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(qemus).containsExactly(domain.machine().orElseThrow().pid().orElseThrow());
    assertThat(recovered().machine().orElseThrow().incarnation())
        .isEqualTo(domain.machine().orElseThrow().incarnation());
  }

  @Test
  void aStartToPausedIsUndoneUntilItsOutcomeIsStored() throws InterruptedException {
    given(host -> home.defineIdle(host, "vm"));

    crash(CrashingHost.Verb.START_PAUSED, before(Step.OUTCOME));
    assertOff(recovered(), StateReason.FAILED);
    crash(CrashingHost.Verb.START_PAUSED, after(Step.OUTCOME));
    assertThat(recovered().status().state()).isEqualTo(DomainState.PAUSED);
  }

  @Test
  void aDestroyThatWasNotStoredNeverWas() throws InterruptedException {
    given(host -> start(host));

    crash(CrashingHost.Verb.DESTROY, before(Step.INTENT));

    assertThat(recovered().status().state()).isEqualTo(DomainState.RUNNING);
  }

  static Stream<CrashPoint> inADestroy() {
    return Stream.of(after(Step.INTENT), before(Step.OUTCOME), after(Step.OUTCOME));
  }

  @ParameterizedTest
  @MethodSource("inADestroy")
  void aDestroyThatWasStoredIsFinished(CrashPoint point) throws InterruptedException {
    given(host -> start(host));

    crash(CrashingHost.Verb.DESTROY, point);

    assertOff(recovered(), StateReason.DESTROYED);
  }

  // ---- steps

  private interface Preparation {
    void on(VmHost host);
  }

  private void given(Preparation preparation) {
    try (VmHost host = home.open()) {
      preparation.on(host);
    }
  }

  private void start(VmHost host) {
    home.defineIdle(host, "vm");
    host.start(VM, StartMode.RUNNING, CallOptions.none());
  }

  private void crash(CrashingHost.Verb verb, CrashPoint point) throws InterruptedException {
    HostCrashes.crash(directory, verb, point);
  }

  private DomainSnapshot recovered() throws InterruptedException {
    return HostCrashes.recovered(home, VM);
  }

  private void assertOff(DomainSnapshot domain, StateReason reason) {
    assertThat(domain.status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(domain.status().reason()).isEqualTo(reason);
    assertThat(domain.machine()).isEmpty();
    QemuOf.awaitCount(directory, 0);
  }
}
