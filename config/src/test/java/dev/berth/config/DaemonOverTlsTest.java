package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.control.RemoteHost;
import dev.berth.error.HostFailureException;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A daemon and an embedded host that listen as their settings say. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class DaemonOverTlsTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  @TempDir Path home;

  @Test
  void aDaemonIsReachedAndStoppedOverTls() throws Exception {
    AtomicReference<URI> place = new AtomicReference<>();
    TlsFiles admin = AUTHORITY.issue("CN=ops").into(home.resolve("admin"));
    try (Daemon daemon = Daemon.start(settings(place));
        VmHost host = VmHost.connect(place.get(), admin)) {
      assertThat(host.info().home()).isEqualTo(home);
      ((RemoteHost) host).stopDaemon();
      daemon.await();
    }
  }

  @Test
  void anEmbeddedHostIsReachedOverTls() throws Exception {
    AtomicReference<URI> place = new AtomicReference<>();
    TlsFiles admin = AUTHORITY.issue("CN=ops").into(home.resolve("admin"));
    try (VmHost host = Berth.open(settings(place));
        VmHost client = VmHost.connect(place.get(), admin)) {
      assertThat(client.info()).isEqualTo(host.info());
    }
  }

  @Test
  void aHostWhoseFilesOfTlsCannotBeUsedDoesNotOpenAndLeavesNothing() throws Exception {
    HostSettings settings = settings(new AtomicReference<>());
    Files.delete(settings.tls().key());

    assertThatThrownBy(() -> Berth.open(settings))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("There is no private key " + settings.tls().key());
  }

  private HostSettings settings(AtomicReference<URI> place) throws IOException {
    InetAddress own = InetAddress.getByName("127.0.0.5"); // no other test's ports are there
    AUTHORITY.issue("CN=host").at(own).into(home.resolve("tls"));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, own)) {
      port = free.getLocalPort();
    }
    place.set(URI.create("tls://127.0.0.5:" + port));
    return HostSettings.read(
        HomeLayout.under(home),
        Map.of(),
        Map.of("listen", "tls://127.0.0.5:" + port, "tls-access", "CN=ops"));
  }
}
