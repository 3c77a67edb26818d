package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A daemon in this JVM, used over its socket, with a real QEMU whose guest never runs. */
@ExtendWith(LeakCheck.class)
final class DaemonTest {
  private static final DomainRef IDLE = DomainRef.of("idle");

  @TempDir private Path home;

  @Test
  void aClientDrivesAMachineThroughTheSocket() {
    try (Daemon daemon = Daemon.start(HostSettings.under(home));
        VmHost host = VmHost.connect(socket())) {
      host.define(
          new DefinitionDocument("name: idle\nmemory: 64MiB\n", "idle.yaml", home),
          new DefineCondition.Absent());

      host.start(IDLE, StartMode.PAUSED, CallOptions.none());

      assertThat(host.domain(IDLE).status().state()).isEqualTo(DomainState.PAUSED);
      assertThat(host.info().machines()).isEqualTo(1);
      assertThat(host.info().home()).isEqualTo(home);
      assertThat(host.destroy(IDLE, Duration.ofSeconds(10), CallOptions.none()).detail())
          .isEqualTo("ended cleanly");
      assertThat(daemon).isNotNull();
    }
  }

  @Test
  void aClosedDaemonLeavesNoSocketAndItsHomeToTheNext() {
    Daemon.start(HostSettings.under(home)).close();

    assertThat(home.resolve("control.sock")).doesNotExist();
    assertThatThrownBy(() -> VmHost.connect(socket()).close())
        .isInstanceOf(HostUnreachableException.class);
    Daemon.start(HostSettings.under(home)).close();
  }

  @Test
  void aDaemonThatCannotServeGivesItsStoreBack() throws Exception {
    Path inTheWay = Files.createDirectory(home.resolve("control.sock"));

    assertThatThrownBy(() -> Daemon.start(HostSettings.under(home)))
        .hasMessageContaining(inTheWay.toString());

    Files.delete(inTheWay);
    Daemon.start(HostSettings.under(home)).close();
  }

  @Test
  void aSecondDaemonIsRefusedWhileTheFirstServesOn() {
    try (Daemon first = Daemon.start(HostSettings.under(home))) {
      assertThatThrownBy(() -> Daemon.start(HostSettings.under(home)))
          .isInstanceOf(BusyException.class);

      try (VmHost host = VmHost.connect(socket())) {
        assertThat(host.list()).isEmpty();
      }
      assertThat(first).isNotNull();
    }
  }

  /** With a pretended {@code systemd-run} that makes a scope of everything, and without any. */
  @Test
  void whyMachinesHaveNoScopesOfTheirOwnIsTold() throws Exception {
    Path systemd = home.resolve("systemd-run");
    String path = home.toString();
    assertThat(withoutScopes(path)).contains("there is no systemd-run on the PATH");

    Files.writeString(systemd, "#!/bin/sh\nexit 0\n");
    Files.setPosixFilePermissions(systemd, PosixFilePermissions.fromString("rwx------"));
    assertThat(withoutScopes(path)).isEmpty();

    Files.writeString(systemd, "#!/bin/sh\necho 'Host is down' >&2\nexit 1\n");
    assertThat(withoutScopes(path).orElseThrow()).contains("Host is down");
  }

  private Optional<String> withoutScopes(String searchPath) {
    HostSettings usual = HostSettings.under(home);
    HostSettings settings =
        new HostSettings(
            usual.layout(),
            usual.qemuBinaries(),
            searchPath,
            usual.engine(),
            usual.eventsKept(),
            usual.eventAge(),
            usual.access(),
            usual.control());
    try (Daemon daemon = Daemon.start(settings);
        VmHost host = VmHost.connect(socket())) {
      assertThat(daemon).isNotNull();
      return host.info().withoutScopes();
    }
  }

  private URI socket() {
    return URI.create("unix:" + home.resolve("control.sock"));
  }
}
