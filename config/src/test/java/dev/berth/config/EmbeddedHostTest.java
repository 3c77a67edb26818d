package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.BusyException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The whole engine in this JVM: real QEMU, real guest, real store. */
@ExtendWith(LeakCheck.class)
final class EmbeddedHostTest {
  private static final DomainRef HELLO = DomainRef.of("hello");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path home;

  @AfterEach
  void nothingIsLeftRunning() {
    try (VmHost host = Berth.open(HostSettings.under(home))) {
      for (DomainSnapshot domain : host.list()) {
        host.destroy(DomainRef.of(domain.name()), Duration.ofSeconds(10), CallOptions.none());
      }
    }
  }

  @Test
  void aGuestBootsPausesGoesOnAndShutsDownWhenAsked() {
    try (VmHost host = Berth.open(HostSettings.under(home))) {
      define(host, "heartbeat");

      VerbResult started = host.start(HELLO, StartMode.RUNNING, CallOptions.none());

      assertThat(started.effect()).isEqualTo(VerbResult.Effect.CHANGED);
      assertThat(started.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
      ConsoleLog.of(host, HELLO).await(TestGuest.UP, PATIENCE);
      assertThat(state(host.pause(HELLO, CallOptions.none()))).isEqualTo(DomainState.PAUSED);
      assertThat(host.pause(HELLO, CallOptions.none()).effect())
          .isEqualTo(VerbResult.Effect.ALREADY);
      assertThat(state(host.resume(HELLO, CallOptions.none()))).isEqualTo(DomainState.RUNNING);
      VerbResult stopped =
          host.shutdown(
              HELLO,
              new ShutdownPolicy(PATIENCE, ShutdownPolicy.Afterwards.KEEP_RUNNING),
              CallOptions.none());
      assertThat(state(stopped)).isEqualTo(DomainState.SHUTOFF);
      assertThat(stopped.snapshot().status().reason()).isEqualTo(StateReason.SHUTDOWN);
      assertThat(stopped.snapshot().machine()).isEmpty();
    }
  }

  @Test
  void aGuestOutlivesItsHostAndIsAdoptedByTheNext() {
    String incarnation;
    try (VmHost host = Berth.open(HostSettings.under(home))) {
      define(host, "heartbeat");
      incarnation =
          host.start(HELLO, StartMode.RUNNING, CallOptions.none())
              .snapshot()
              .machine()
              .orElseThrow()
              .incarnation();
      ConsoleLog.of(host, HELLO).await(TestGuest.HEARTBEAT, PATIENCE);
    }

    try (VmHost host = Berth.open(HostSettings.under(home))) {
      DomainSnapshot adopted = host.await(HELLO, Set.of(DomainState.RUNNING), PATIENCE);

      assertThat(adopted.machine().orElseThrow().incarnation()).isEqualTo(incarnation);
      assertThat(adopted.status().reason()).isEqualTo(StateReason.BOOTED);
    }
  }

  @Test
  void aSecondHostOnOneHomeIsRefusedByName() {
    try (VmHost host = Berth.open(HostSettings.under(home))) {
      assertThat(host.list()).isEmpty();

      assertThatThrownBy(() -> Berth.open(HostSettings.under(home)))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
    }
  }

  private static DomainState state(VerbResult result) {
    return result.snapshot().status().state();
  }

  private void define(VmHost host, String run) {
    TestGuest guest = TestGuest.locate();
    String document =
        """
        name: hello
        memory: 256MiB
        boot:
          kernel: %s
          initrd: %s
          cmdline: %s
        """
            .formatted(guest.kernel(), guest.initrd(), TestGuest.cmdline(TestGuest.running(run)));
    host.define(new DefinitionDocument(document, "hello.yaml", home), new DefineCondition.Always());
  }
}
