package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.config.HomeLayout;
import dev.berth.domain.DomainState;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UpCommandTest {
  private static final DomainRef WEB_1 = DomainRef.of("web-1");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @Test
  void upDefinesStartsAndShowsTheFirstLinesOfThisBoot() throws InterruptedException {
    shell.run("up", "web-1.yaml", "--lines", "0");
    host.guestWrites(WEB_1, "from the boot before\n");
    shell.run("destroy", "web-1");

    Thread guest =
        new Thread(
            () -> {
              host.await(WEB_1, Set.of(DomainState.RUNNING), Duration.ofSeconds(30));
              host.guestWrites(WEB_1, "hello\r\n\r\n\u001b[1mworld\nnot this line\n");
            });
    guest.start();
    Outcome outcome = shell.run("up", "web-1-larger.yaml", "--lines", "2");
    guest.join();

    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                0,
                """
                web-1: replaced, revision 2; changed: cpus, memory
                web-1: running (booted)
                hello
                ?[1mworld
                """,
                ""));
  }

  @Test
  void aGuestThatSaysNothingIsNotWaitedForLonger() {
    Outcome outcome = shell.run("up", "web-1.yaml", "--lines-within", "1ms");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).isEqualTo("vmctl: nothing on the console of web-1 within 1ms\n");
  }

  @Test
  void upOfARunningAndUnchangedDomainDoesNothingAndSaysSo() {
    shell.run("up", "web-1.yaml", "--lines", "0");

    assertThat(shell.run("up", "web-1.yaml"))
        .isEqualTo(new Outcome(0, "web-1: already running (booted), definition unchanged\n", ""));
  }

  @Test
  void upOfARunningAndChangedDomainNamesWhatIsPending() {
    shell.run("up", "web-1.yaml", "--lines", "0");

    String pending = "revision 2; pending: takes effect at the next boot";
    assertThat(shell.run("up", "web-1-larger.yaml").out())
        .isEqualTo("web-1: replaced, " + pending + "; changed: cpus, memory\n");
    assertThat(shell.run("up", "web-1-larger.yaml").out())
        .isEqualTo("web-1: unchanged, " + pending + "\n");
  }

  @Test
  void asJsonUpIsOneObject() {
    assertThat(shell.run("up", "web-1.yaml", "-o", "json").out())
        .startsWith("{\n  \"define\": {\n    \"effect\": \"created\",")
        .contains("\n  \"start\": {\n    \"effect\": \"changed\",")
        .endsWith("\"changedKeys\": [ ]\n}\n");
  }

  @Test
  void aDaemonIsStartedWhereNoneAnswers() {
    List<HomeLayout> started = new ArrayList<>();
    Shell alone =
        Shell.alone()
            .startingDaemonsBy(
                (layout, connector, output) -> {
                  started.add(layout);
                  return host.as("api");
                });

    Outcome outcome = alone.run("up", "web-1.yaml", "--lines=0", "--home", "/srv/vms");

    assertThat(outcome.exitCode()).isZero();
    assertThat(started).containsExactly(HomeLayout.under(Path.of("/srv/vms")));
    assertThat(host.list()).hasSize(1);
  }

  @Test
  void noDaemonIsStartedForAnAddressNorForABrokenFile() {
    assertThat(Shell.alone().run("up", "web-1.yaml", "--connect", "unix:/nowhere").exitCode())
        .isEqualTo(16);
    assertThat(Shell.alone().run("up", "wrong.yaml").exitCode()).isEqualTo(3);
  }

  @Test
  void aDaemonThatDiedIsStartedAgainByWhateverNeedsIt(@TempDir Path home) throws Exception {
    Files.createFile(home.resolve("control.sock"));
    List<HomeLayout> started = new ArrayList<>();
    Shell alone =
        Shell.alone()
            .startingDaemonsBy(
                (layout, connector, output) -> {
                  started.add(layout);
                  return host.as("api");
                });

    assertThat(alone.run("list", "--home", home.toString()).exitCode()).isZero();

    assertThat(started).containsExactly(HomeLayout.under(home));
    assertThat(alone.run("daemon", "status", "--home", home.toString()).exitCode()).isEqualTo(16);
  }

  @Test
  void onlyUpStartsADaemonWhereNoneHasDied() {
    assertThat(Shell.alone().run("list").exitCode()).isEqualTo(16);
    assertThat(Shell.alone().run("start", "web-1").exitCode()).isEqualTo(16);
  }

  @Test
  void aDaemonThatDoesNotStartIsReportedWithWhatItSaid() {
    Shell alone =
        Shell.alone()
            .startingDaemonsBy(
                (layout, connector, output) -> {
                  throw new HostFailureException("The daemon ended. It said:\nno room");
                });

    Outcome outcome = alone.run("up", "web-1.yaml");

    assertThat(outcome.exitCode()).isEqualTo(14);
    assertThat(outcome.err()).isEqualTo("vmctl: The daemon ended. It said:\nno room\n");
  }

  @Test
  void aHostThatGoesAwayEndsTheCommandAtOnce() {
    AtomicInteger connections = new AtomicInteger();
    Shell lost =
        Shell.reaching(
            address -> {
              connections.incrementAndGet();
              throw new HostUnreachableException("gone");
            });

    Outcome outcome = lost.run("start", "a", "b", "c");

    assertThat(outcome).isEqualTo(new Outcome(16, "", "vmctl: gone\n"));
    assertThat(connections).hasValue(1);
  }
}
