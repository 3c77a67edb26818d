package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.control.ControlAccess;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A control socket among users. What another user sees takes one: these tests run as root only. */
@ExtendWith(LeakCheck.class)
final class ControlAccessTest {
  private static final String OTHER_USER = "nobody";
  private static final String OTHER_GROUP = "nogroup";
  private static final String SCREENSHOT = about("domain.screenshot", "");
  private static final String SEND_KEYS = about("domain.send-keys", ",\"keys\":[\"a\"]");
  private static final String READ_CONSOLE = about("console.open", ",\"access\":\"read-only\"");
  private static final String CONSOLE = about("console.open", "");
  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.list\"}";
  private static final String STOP = "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"daemon.stop\"}";
  private static final String DEFINE =
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"domain.define\","
          + "\"params\":{\"text\":\"name: web\\nmemory: 64MiB\\n\",\"baseDirectory\":\"/\"}}";

  /** Sends each argument after the first as a line, and prints the line that answers it. */
  private static final String CLIENT =
      """
      import java.io.*;
      import java.net.*;
      import java.nio.channels.*;
      import java.nio.charset.StandardCharsets;

      public class Client {
        public static void main(String[] arguments) throws Exception {
          try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(arguments[0]))) {
            var replies =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            var requests = Channels.newOutputStream(channel);
            for (int i = 1; i < arguments.length; i++) {
              try {
                requests.write((arguments[i] + "\\n").getBytes(StandardCharsets.UTF_8));
              } catch (IOException refused) {
                // The host closed its side already, and has said why.
              }
              System.out.println(replies.readLine());
            }
          }
        }
      }
      """;

  @TempDir private Path directory;

  @BeforeEach
  void letOthersThrough() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @Test
  void aListedUserMayLookAndIsToldWhatIsRefused() throws Exception {
    assumeTrue(HomeLayout.userId() == 0);
    try (Daemon daemon = daemon(Map.of("access-read-only", OTHER_USER))) {
      List<String> replies =
          asOther(LIST, DEFINE, LIST, SCREENSHOT, SEND_KEYS, READ_CONSOLE, CONSOLE);

      assertThat(daemon).isNotNull();
      assertThat(replies.get(0)).contains("\"result\":[]");
      assertThat(replies.get(1))
          .contains("\"access-denied\"", "'" + OTHER_USER + "'", "domain.define is refused");
      assertThat(replies.get(2)).contains("\"result\":[]");
      assertThat(replies.get(3)).as("a screenshot only looks").contains("\"not-found\"");
      assertThat(replies.get(4)).contains("\"access-denied\"", "domain.send-keys is refused");
      assertThat(replies.get(5)).as("a reader only looks").contains("\"not-found\"");
      assertThat(replies.get(6)).contains("\"access-denied\"", "console.open is refused");
    }
  }

  @Test
  void aMemberOfAListedGroupMayChangeThings() throws Exception {
    assumeTrue(HomeLayout.userId() == 0);
    try (Daemon daemon = daemon(Map.of("access", "@" + OTHER_GROUP))) {
      assertThat(daemon).isNotNull();
      assertThat(asOther(DEFINE).get(0)).contains("\"effect\":\"created\"");
    }
  }

  @Test
  void whoIsNotListedIsRefused() throws Exception {
    assumeTrue(HomeLayout.userId() == 0);
    try (Daemon daemon = daemon(Map.of("access", "daemon"))) {
      assertThat(daemon).isNotNull();
      assertThat(asOther(LIST).get(0)).contains("\"access-denied\"", "'" + OTHER_USER + "'");
    }
  }

  @Test
  void anEmbeddedHostServesItsSocketAndIsNotStoppedThroughIt() throws Exception {
    Path socket = directory.resolve("embedded.sock");
    HostSettings settings = HostSettings.under(home()).control(socket, ControlAccess.OWNER_ONLY);
    try (VmHost embedded = Berth.open(settings);
        VmHost remote = VmHost.connect(URI.create("unix:" + socket))) {
      assertThat(remote.info()).isEqualTo(embedded.info());
      assertThat(reply(socket, STOP)).contains("unsupported", "embedded in another program");
    }
    assertThat(socket).doesNotExist();
  }

  private static String about(String method, String more) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
        + method
        + "\",\"params\":{\"domain\":\"none\""
        + more
        + "}}";
  }

  private static String reply(Path socket, String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Channels.newOutputStream(channel).write((request + "\n").getBytes(StandardCharsets.UTF_8));
      return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
    }
  }

  private Daemon daemon(Map<String, String> settings) throws IOException {
    Path file = Files.createDirectories(home()).resolve("berth.yaml");
    List<String> lines = new ArrayList<>();
    settings.forEach((key, value) -> lines.add(key + ": '" + value + "'"));
    Files.write(file, lines);
    return Daemon.start(HostSettings.under(home()));
  }

  private Path home() {
    return directory.resolve("home");
  }

  private List<String> asOther(String... requests) throws Exception {
    Path client = Files.writeString(directory.resolve("Client.java"), CLIENT);
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--reuid=" + OTHER_USER,
                "--regid=" + OTHER_GROUP,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                client.toString(),
                home().resolve("control.sock").toString()));
    command.addAll(List.of(requests));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      return output.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }
}
