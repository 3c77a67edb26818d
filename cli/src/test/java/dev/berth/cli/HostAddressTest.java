package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.HostUnreachableException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class HostAddressTest {
  private final AtomicReference<URI> asked = new AtomicReference<>();
  private final Shell shell =
      Shell.reaching(
          address -> {
            asked.set(address);
            throw new HostUnreachableException("nobody there");
          });

  @Test
  void anAddressOnTheCommandLineGoesFirst() {
    shell.set("BERTH_URI", "unix:/by/uri").set("BERTH_HOME", "/by/home");

    assertThat(chosenBy("list", "--connect", "unix:/given")).isEqualTo("unix:/given");
  }

  @Test
  void aHomeOnTheCommandLineGoesBeforeTheEnvironment() {
    shell.set("BERTH_URI", "unix:/by/uri").set("BERTH_HOME", "/by/home");

    assertThat(chosenBy("--home", "/given", "list")).isEqualTo("unix:/given/control.sock");
  }

  @Test
  void anAddressInTheEnvironmentGoesBeforeAHome() {
    shell.set("BERTH_URI", "unix:/by/uri").set("BERTH_HOME", "/by/home");

    assertThat(chosenBy("list")).isEqualTo("unix:/by/uri");
  }

  @Test
  void aHomeInTheEnvironmentGoesBeforeWhatThereIsByDefault() {
    shell.set("BERTH_HOME", "/by/home");

    assertThat(chosenBy("list")).isEqualTo("unix:/by/home/control.sock");
  }

  @Test
  void anEmptyVariableIsNone() {
    shell.set("BERTH_URI", "").set("BERTH_HOME", "/by/home");

    assertThat(chosenBy("list")).isEqualTo("unix:/by/home/control.sock");
  }

  @Test
  void aRelativeHomeStartsFromTheWorkingDirectory() {
    assertThat(chosenBy("list", "--home", "here"))
        .isEqualTo("unix:" + Shell.DIRECTORY.resolve("here/control.sock"));
  }

  @Test
  void aTextThatIsNoAddressIsRefused() {
    Shell.Outcome outcome = shell.run("list", "--connect", "no address");

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.err()).contains("--connect 'no address' is no address");
  }

  private String chosenBy(String... arguments) {
    assertThat(shell.run(arguments).exitCode()).isEqualTo(16);
    return asked.get().toString();
  }
}
