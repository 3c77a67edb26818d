package dev.berth.control;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A client whose network is gone from one moment to the next, in a network namespace. */
@ExtendWith(LeakCheck.class)
@Tag("full")
@Timeout(180)
final class VanishedPeerTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final String HERE = "198.51.100.1";
  private static final String THERE = "198.51.100.2";
  private static final long PATIENCE_MILLIS = 120_000;

  @TempDir Path directory;

  private final String namespace = "berth-test-" + ProcessHandle.current().pid();
  private final String link = "bt" + ProcessHandle.current().pid();
  private final MemoryHost host = MemoryHost.create();

  @BeforeEach
  void makeNetwork() throws Exception {
    assumeTrue(run("ip", "netns", "add", namespace), "only root makes network namespaces");
    assumeTrue(run("ip", "link", "add", link, "type", "veth", "peer", "name", "there"));
    assertThat(run("ip", "link", "set", "there", "netns", namespace)).isTrue();
    assertThat(run("ip", "addr", "add", HERE + "/30", "dev", link)).isTrue();
    assertThat(run("ip", "link", "set", link, "up")).isTrue();
    assertThat(run(there("ip", "addr", "add", THERE + "/30", "dev", "there"))).isTrue();
    assertThat(run(there("ip", "link", "set", "there", "up"))).isTrue();
  }

  @AfterEach
  void removeNetwork() throws Exception {
    run("ip", "link", "del", link);
    run("ip", "netns", "del", namespace);
    host.close();
  }

  @Test
  void itsConnectionEndsByItself() throws Exception {
    TlsFiles own =
        AUTHORITY.issue("CN=host").at(InetAddress.getByName(HERE)).into(directory.resolve("own"));
    TlsFiles client = AUTHORITY.issue("CN=ops").into(directory.resolve("client"));
    TlsAccess access = new TlsAccess(TlsAccess.Names.parse("CN=ops"), TlsAccess.Names.parse(""));
    try (TlsServer server =
        new TlsServer(host::as, new TlsEndpoint(HERE, 0, own, access), ControlServer.NOT_STOPPABLE)
            .start()) {
      Process peer = connect(server.port(), client);
      try {
        eventually(() -> assertThat(serving()).isPresent());
        Thread serving = serving().orElseThrow();
        eventually(() -> assertThat(unconfirmed(server.port())).isEmpty());
        assertThat(run(there("ip", "link", "set", "there", "down"))).isTrue();

        serving.join(PATIENCE_MILLIS);

        assertThat(serving.isAlive()).isFalse();
      } finally {
        peer.destroyForcibly().waitFor();
      }
    }
  }

  /** A client that has shown who it is, and then says nothing. */
  private Process connect(int port, TlsFiles files) throws IOException {
    return new ProcessBuilder(
            there(
                "openssl",
                "s_client",
                "-quiet",
                "-CAfile",
                files.authorities().toString(),
                "-cert",
                files.certificate().toString(),
                "-key",
                files.key().toString(),
                "-connect",
                HERE + ":" + port))
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start();
  }

  private static Optional<Thread> serving() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getName().matches("berth-control-tls-\\d+"))
        .filter(each -> List.of(each.getValue()).toString().contains("ClientConnection.serve"))
        .map(each -> each.getKey())
        .findFirst();
  }

  /** The connections to that port that wait for the peer to confirm what was sent. */
  private static List<String> unconfirmed(int port) throws IOException {
    List<String> all = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp6")));
    all.addAll(Files.readAllLines(Path.of("/proc/net/tcp")));
    return all.stream()
        .filter(line -> line.matches(".*:%04X [0-9A-F]+:[0-9A-F]+ 01 .*".formatted(port)))
        .filter(line -> !line.contains(" 01 00000000:"))
        .toList();
  }

  private String[] there(String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    words.addAll(List.of(command));
    return words.toArray(String[]::new);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
