package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot.RestartSummary;
import dev.berth.domain.DomainState;
import dev.berth.host.DefineCondition;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** An engine whose time passes when the test says so, in a boot that the test can end. */
abstract class PolicyFixture extends EngineFixture {
  static final ProcessExit KILLED = new ProcessExit(OptionalInt.empty(), OptionalInt.of(9));

  final ManualTime time = new ManualTime();
  String boot = TestHost.BOOT;

  @Override
  final TestHost opened(UnaryOperator<MachineLauncher> wrapped) {
    return new TestHost(store, machines, settings(), wrapped, time, time, boot);
  }

  /** The machine is rebooted: every QEMU is gone, and nobody saw how. */
  final void reboot() {
    host.close();
    machines.living().forEach(machine -> machine.die(ProcessExit.UNKNOWN));
    boot = boot + "'";
    reopen();
  }

  final void define(String keys) {
    api().define(TestHost.document("name: web\n" + keys), new DefineCondition.Always());
  }

  final void waitUntil(DomainState state) {
    host.await("web", state);
  }

  /** Waits until a start is due, and tells which. */
  final RestartSummary due() {
    eventually(() -> assertThat(web().restart().flatMap(it -> it.nextTryAt())).isPresent());
    return web().restart().orElseThrow();
  }

  /** Waits until the machine that runs is another than that. */
  final FakeMachine after(FakeMachine before) {
    eventually(
        () -> {
          assertThat(machines.living()).isNotEmpty().doesNotContain(before);
          assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
          assertThat(web().operation()).isEmpty();
        });
    return machines.of("web");
  }

  final void pass(Duration duration) {
    time.pass(duration);
  }

  /** What is on record; what is published with it may still be on its way. */
  final List<String> events() {
    return memory.eventsAfter(0, 1000).stream().map(DomainEvent::type).toList();
  }
}
