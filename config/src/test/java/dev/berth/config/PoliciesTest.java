package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainSnapshot;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a host does by itself, with real QEMU. */
@ExtendWith(LeakCheck.class)
final class PoliciesTest {
  private static final DomainRef VM = DomainRef.of("vm");

  @TempDir private Path directory;
  private TestHome home;

  @BeforeEach
  void aHome() {
    home = new TestHome(directory);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void aDomainWhoseQemuIsKilledIsStartedAgainAlsoByTheNextHost() {
    DomainSnapshot first;
    DomainSnapshot second;
    try (VmHost host = home.open()) {
      home.define(host, "vm", "restart: on-failure");
      first = host.start(VM, StartMode.RUNNING, CallOptions.none()).snapshot();
      QemuOf.machine(directory, first).kill();
      second = runningAfter(host, first);
    }
    QemuOf.machine(directory, second).kill();

    try (VmHost host = home.open()) {
      DomainSnapshot third = runningAfter(host, second);
      assertThat(third.restart().orElseThrow().tries()).isEqualTo(2);
      assertThat(QemuOf.pids(directory)).hasSize(1);
    }
  }

  private static DomainSnapshot runningAfter(VmHost host, DomainSnapshot before) {
    QemuOf.awaitThat(
        "vm has another machine",
        () -> {
          DomainSnapshot now = host.domain(VM);
          return TestHome.RUNNING.contains(now.status().state())
              && !incarnation(now).equals(incarnation(before));
        });
    return host.domain(VM);
  }

  private static String incarnation(DomainSnapshot domain) {
    return domain.machine().map(machine -> machine.incarnation()).orElse("");
  }
}
