package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.control.TlsAccess;
import dev.berth.control.TlsEndpoint;
import dev.berth.control.TlsServer;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.DefineCondition;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code vmctl} and a host on another machine. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class OverTlsTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private final CountDownLatch stop = new CountDownLatch(1);
  private TlsFiles client;
  private TlsServer server;

  @BeforeEach
  void start() {
    TlsFiles own = AUTHORITY.issue("CN=host").named("localhost").into(directory.resolve("host"));
    client = AUTHORITY.issue("CN=ops").into(directory.resolve("client"));
    TlsAccess access =
        new TlsAccess(TlsAccess.Names.parse("CN=ops"), TlsAccess.Names.parse("CN=look"));
    TlsEndpoint endpoint = new TlsEndpoint("127.0.0.1", 0, own, access);
    server = new TlsServer(host::as, endpoint, stop::countDown).start();
    host.define(
        new DefinitionDocument("name: web\nmemory: 64MiB\n", "web.yaml", Path.of("/")),
        new DefineCondition.Always());
  }

  @AfterEach
  void close() {
    server.close();
    host.close();
  }

  @Test
  void anAddressWithItsFilesIsAllItTakes() {
    assertThat(vmctl(client, "list", "-q")).isEqualTo(new Outcome(0, "web\n", ""));
    assertThat(vmctl(client, "host", "info").out())
        .contains("Address:  tls://localhost:" + server.port())
        .doesNotContain(", up ");
  }

  @Test
  void whatIsNotAllowedHasAnExitCodeOfItsOwn() {
    TlsFiles looking = AUTHORITY.issue("CN=look").into(directory.resolve("look"));

    Outcome refused = vmctl(looking, "start", "web");

    assertThat(refused.exitCode()).isEqualTo(18);
    assertThat(refused.err()).contains("'CN=look' may only look", "'tls-access'");
  }

  @Test
  void aFileCannotBeGiven() throws Exception {
    Path disk = Files.createFile(directory.resolve("disk"));

    Outcome refused = vmctl(client, "start", "web", "--fd", "disk=" + disk);

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.err()).contains("cannot be given over TCP", "over its control socket");
  }

  @Test
  void aDaemonThatIsStoppedIsWaitedForByItsConnection() throws Exception {
    Thread stopping =
        new Thread(
            () -> {
              try {
                stop.await();
                server.close();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    stopping.start();

    assertThat(vmctl(client, "daemon", "stop").out()).startsWith("daemon stopped, pid ");
    stopping.join();
  }

  private Outcome vmctl(TlsFiles files, String... arguments) {
    return Shell.reaching(VmHost::connect)
        .set(
            "BERTH_URI", "tls://localhost:" + server.port() + "?pkipath=" + files.key().getParent())
        .run(arguments);
  }
}
