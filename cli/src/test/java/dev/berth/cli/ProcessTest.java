package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.control.ControlAccess;
import dev.berth.control.ControlServer;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code vmctl} as a process of its own: pipes, terminals, and daemons that outlive it. */
@ExtendWith(LeakCheck.class)
final class ProcessTest {
  private static final long PATIENCE_SECONDS = 120;
  private static final DomainRef WEB_1 = DomainRef.of("web-1");
  private static final char DETACH_KEY = 0x1d;

  @TempDir Path home;

  private final MemoryHost host = MemoryHost.create();
  private ControlServer server;

  @BeforeEach
  void serve() {
    server =
        new ControlServer(
            host::as,
            home.resolve("control.sock"),
            ControlAccess.OWNER_ONLY,
            ControlServer.NOT_STOPPABLE);
    server.start();
  }

  @AfterEach
  void endServing() {
    server.close();
  }

  /** A pipe tells its writer that nobody reads only when something is written. */
  @Test
  void aPipeWhoseReaderLeavesIsQuietlyGivenUp() throws Exception {
    assertThat(shell("$VMCTL define web-1.yaml")).isEqualTo("web-1: created, revision 1\n");
    Process followed = start("$VMCTL events --follow | head -1; echo ${PIPESTATUS[0]}");
    String first = readUntil(followed.getInputStream(), "\n");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (followed.isAlive()) {
      assertThat(System.nanoTime() - end).isNegative();
      host.start(WEB_1, StartMode.RUNNING, CallOptions.none());
      host.destroy(WEB_1, Duration.ZERO, CallOptions.none());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }

    assertThat(first).startsWith("1 ").contains("domain.defined");
    assertThat(output(followed)).isEqualTo("141\n");
  }

  @Test
  void aConsoleIsFedFromAPipeAndEndsWithTheMachine() throws Exception {
    shell("$VMCTL up web-1.yaml --lines 0");
    host.guestWrites(WEB_1, "before\n");
    Process console = start("echo typed | $VMCTL console web-1");
    awaitTyped("typed\n");
    host.guestWrites(WEB_1, "after\n");
    host.destroy(WEB_1, Duration.ZERO, CallOptions.none());

    assertThat(output(console))
        .contains("attached to the console of web-1\n", "before\n", "after\n")
        .contains("the console of web-1 has ended");
  }

  @Test
  void aTerminalIsRawWhileAttachedAndPutBackAfterwards() throws Exception {
    shell("$VMCTL up web-1.yaml --lines 0");
    host.guestWrites(WEB_1, "login: ");
    Process terminal =
        start(
            "script -qec 'stty sane; $VMCTL console web-1; echo exit code $?; stty -a' /dev/null");
    OutputStream keyboard = terminal.getOutputStream();
    String shown = readUntil(terminal.getInputStream(), "login: ");
    // Ctrl-C is a key like any other: the guest gets it, and nothing is echoed or ended.
    keyboard.write("ls\r\u0003".getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
    awaitTyped("ls\r\u0003");
    keyboard.write(DETACH_KEY);
    keyboard.flush();

    assertThat(shown + output(terminal))
        .contains("Ctrl-] detaches", "vmctl: detached", "exit code 0", " icanon", " echo ")
        .doesNotContain("ls\r", "-icanon", "-echo ");
    assertThat(host.domain(WEB_1).status().state()).isEqualTo(DomainState.RUNNING);
  }

  private String shell(String script) throws Exception {
    return output(start(script));
  }

  private Process start(String script) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(Shell.DIRECTORY.toFile())
            .redirectErrorStream(true);
    List<String> vmctl = new ArrayList<>();
    vmctl.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    vmctl.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    vmctl.addAll(List.of("-cp", clientClassPath(), Vmctl.class.getName()));
    builder.environment().put("VMCTL", String.join(" ", vmctl));
    builder.environment().put("BERTH_HOME", home.toString());
    builder.environment().remove("BERTH_URI");
    return builder.start();
  }

  /**
   * What {@code ./vmctl} gives a short command: not the launcher, the store or a logging library.
   */
  private static String clientClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(":"))
        .filter(entry -> !entry.endsWith("-tests.jar"))
        .filter(
            entry ->
                entry.matches(".*/(cli|config|core|picocli)/target/classes")
                    || entry.matches(
                        ".*/(berth-(cli|config|core|picocli)|jackson|snakeyaml)-[^/]*"))
        .collect(Collectors.joining(":"));
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  private static String readUntil(InputStream in, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = in.read();
      assertThat(next).as("end of output after: %s", read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  private void awaitTyped(String text) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!host.typed(WEB_1).equals(text)) {
      assertThat(System.nanoTime() - end).as("typed so far: " + host.typed(WEB_1)).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
