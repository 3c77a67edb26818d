package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.host.EditScope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Attaching to the console of a machine whose guest says nothing. */
public interface ConsoleContract {

  /** The host under test, whose machines have consoles. */
  HostRig rig();

  @Test
  default void oneWritesAtATimeAndOthersRead() throws Exception {
    rig().webIs(DomainState.PAUSED);

    try (Console console = rig().host().console(WEB)) {
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> rig().host().console(WEB))
          .withMessageContaining(rig().me());
      try (Console reader = rig().host().console(WEB, ConsoleAccess.READ_ONLY);
          Console another = rig().host().console(WEB, ConsoleAccess.READ_ONLY)) {
        assertThatIOException().isThrownBy(() -> reader.output().write('y'));
        assertThatIOException().isThrownBy(() -> another.output().write('y'));
      }
      console.output().write('x');
    }
    reattach().close();
  }

  @Test
  default void aSilentConsoleTakesWhatIsTypedAndEndsWithItsMachine() throws Exception {
    rig().webIs(DomainState.PAUSED);

    try (Console console = rig().host().console(WEB)) {
      CompletableFuture<Integer> reading = HostRig.async(() -> console.input().read());

      HostRig.async(
              () -> {
                console.output().write('x');
                return true;
              })
          .get(HostRig.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      rig().destroy();

      assertThat(reading.get(HostRig.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }

  @Test
  default void whoTakesAConsoleOverDetachesItsWriterAndNoReader() throws Exception {
    rig().webIs(DomainState.PAUSED);
    try (Console reader = rig().host().console(WEB, ConsoleAccess.READ_ONLY);
        Console first = rig().host().console(WEB)) {
      CompletableFuture<Integer> reading = HostRig.async(() -> reader.input().read());
      CompletableFuture<Integer> evicted = HostRig.async(() -> first.input().read());

      try (Console second = rig().host().console(WEB, ConsoleAccess.TAKE_OVER)) {
        HostRig.hasEnded(evicted);
        second.output().write('x');
        assertThat(reading).isNotDone();
      }
      rig().destroy();
      HostRig.hasEnded(reading);
    }
  }

  @Test
  default void aChannelIsReachedByItsNameBesideTheConsole() throws Exception {
    rig().webIs(DomainState.PAUSED);
    rig()
        .host()
        .attachDevice(
            WEB,
            rig().document("{device: channel, name: org.example.chan.0}"),
            EditScope.LIVE,
            CallOptions.within(HostRig.PATIENCE));

    try (Console console = rig().host().console(WEB);
        Console channel = rig().host().console(WEB, "org.example.chan.0", ConsoleAccess.WRITE)) {
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> rig().host().console(WEB, "org.example.chan.0", ConsoleAccess.WRITE))
          .withMessageContaining(rig().me());
      CompletableFuture<Integer> reading = HostRig.async(() -> channel.input().read());
      CompletableFuture<Integer> beside = HostRig.async(() -> console.input().read());
      rig().destroy();
      HostRig.hasEnded(reading);
      HostRig.hasEnded(beside);
    }
  }

  @Test
  default void aPortThatTheMachineHasNotIsNamed() {
    rig().webIs(DomainState.PAUSED);

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> rig().host().console(WEB, "org.example.9", ConsoleAccess.READ_ONLY))
        .withMessageContaining("org.example.9");
  }

  @Test
  default void aConsoleEndsWithItsHost() {
    rig().webIs(DomainState.PAUSED);
    Console console = rig().host().console(WEB);
    CompletableFuture<Integer> reading = HostRig.async(() -> console.input().read());

    rig().host().close();

    HostRig.hasEnded(reading);
    console.close();
  }

  /** Over a socket the host learns a moment later that the first reader has gone. */
  private Console reattach() {
    long end = System.nanoTime() + HostRig.PATIENCE.toNanos();
    while (true) {
      try {
        return rig().host().console(WEB);
      } catch (BusyException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }
}
