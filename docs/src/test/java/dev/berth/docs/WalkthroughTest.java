package dev.berth.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.Daemon;
import dev.berth.config.HostSettings;
import dev.berth.docs.Walkthrough.Step;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The walkthrough of the guide, typed by a user in a shell and on a guest's console, with a daemon
 * of this JVM, a real QEMU and a real guest.
 */
@ExtendWith(LeakCheck.class)
@Tag("once")
@Timeout(300)
final class WalkthroughTest {
  private static final DomainRef LIVE = DomainRef.of("live");
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final long POLL_NANOS = 20_000_000;
  private static final int LOG_BYTES = 1 << 20;

  @TempDir private Path directory;
  private Path home;
  private Daemon daemon;
  private VmHost host;
  private int read;

  @BeforeEach
  void serve() throws IOException {
    TestGuest.locate();
    home = directory.resolve("home");
    daemon = Daemon.start(HostSettings.under(home));
    host = VmHost.connect(URI.create("unix:" + home.resolve("control.sock")));
    Files.createSymbolicLink(
        directory.resolve("docs"), Path.of("").toAbsolutePath().resolveSibling("docs"));
    Path vmctl =
        Files.writeString(
            directory.resolve("vmctl"),
            "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' dev.berth.cli.Vmctl \"$@\"\n"
                .formatted(
                    ProcessHandle.current().info().command().orElseThrow(),
                    System.getProperty("java.class.path")));
    assertThat(vmctl.toFile().setExecutable(true)).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    for (DomainSnapshot left : host.list()) {
      host.destroy(DomainRef.of(left.name().text()), Duration.ZERO, CallOptions.none());
    }
    host.close();
    daemon.close();
    Files.delete(directory.resolve("docs"));
  }

  @Test
  void everyCommandDoesWhatTheGuideShows() throws Exception {
    for (Step step : Walkthrough.read()) {
      switch (step.prompt()) {
        case HOST -> inShell(step);
        case GUEST -> inGuest(step);
      }
    }

    assertThat(ImageIO.read(directory.resolve("live.png").toFile()).getWidth()).isEqualTo(720);
    assertThat(host.list()).isEmpty();
  }

  private void inShell(Step step) throws Exception {
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", step.line()).directory(directory.toFile());
    shell.environment().put("BERTH_HOME", home.toString());
    shell.environment().remove("BERTH_URI");
    shell.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = shell.start();
    process.getOutputStream().close();
    List<String> said;
    try (var output = process.inputReader()) {
      said = output.lines().map(String::stripTrailing).toList();
    }

    assertThat(process.waitFor()).as(step.line()).isZero();
    assertThat(said).as(step.line()).hasSameSizeAs(step.expected());
    for (int i = 0; i < said.size(); i++) {
      assertThat(said.get(i)).as(step.line()).matches(step.patterns().get(i));
    }
  }

  private void inGuest(Step step) throws IOException {
    // QEMU drops what it has not read of a connection that ends: stay until the guest has answered.
    try (Console console = host.console(LIVE)) {
      console.output().write((step.line() + "\n").getBytes(UTF_8));
      for (Pattern expected : step.patterns()) {
        awaitConsole(expected);
      }
    }
  }

  /** Waits until the guest has written that, after what it was last seen to write. */
  private void awaitConsole(Pattern expected) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String log = new String(host.log(LIVE, LogKind.CONSOLE, LOG_BYTES), UTF_8);
      Matcher found = expected.matcher(log);
      if (found.find(read)) {
        read = found.end();
        return;
      }
      assertThat(System.nanoTime() - end)
          .as("'%s' did not come; the console says:\n%s", expected, log)
          .isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
