package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.host.Console;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Attaching to the console of a machine whose guest says nothing. */
public interface ConsoleContract {

  /** The host under test, whose machines have consoles. */
  HostRig rig();

  @Test
  default void oneReaderIsAttachedAtATime() throws Exception {
    rig().webIs(DomainState.PAUSED);

    try (Console console = rig().host().console(WEB)) {
      assertThat(rig().errorOf(host -> host.console(WEB))).isEqualTo(BusyException.class);
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
