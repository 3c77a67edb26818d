package dev.berth.config;

import dev.berth.domain.EventBody;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.Keystrokes;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keys that a real guest reads: what arrives at its screen's terminal it writes to its serial
 * console.
 */
@Tag("once")
@Timeout(300)
final class KeysTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final List<String> LINES =
      List.of(
          "The quick brown fox jumps over the lazy dog.",
          "PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS",
          "0123456789 `~!@#$%^&*()-_=+[{]}|;:'\",<.>/?",
          "aaaaaaaaaaAAAAAAAAAAaAaAaAaA");

  @Test
  void aGuestReadsEveryKeyInItsOrder() throws Exception {
    keysAreRead();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionReadsEveryKey(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    keysAreRead();
  }

  private void keysAreRead() throws Exception {
    TestGuest guest = TestGuest.locate();
    try (VmHost host = home.open()) {
      home.define(
          host,
          "vm",
          "memory: 128MiB",
          "video: vga",
          "boot:",
          "  kernel: " + guest.kernel(),
          "  initrd: " + guest.initrd(),
          "  cmdline: " + TestGuest.cmdline());
      host.start(VM, StartMode.RUNNING, PATIENT);
      ConsoleLog console = ConsoleLog.of(host, VM);
      console.await(TestGuest.UP, TestHome.PATIENCE);
      try (Console serial = host.console(VM)) {
        String listen =
            "while IFS= read -r line; do echo \"TYPED $line\"; done </dev/tty1 & echo LISTENING\n";
        serial.output().write(listen.getBytes(StandardCharsets.UTF_8));
        console.await("LISTENING", TestHome.PATIENCE);
      }

      for (String line : LINES) {
        host.sendKeys(VM, Keystrokes.typing(line + "\n"), PATIENT);
      }

      LINES.forEach(line -> console.await("TYPED " + line, TestHome.PATIENCE));
      anNmiIsNoticed(host, console);
      controlAltDeleteReboots(host);
    }
  }

  private static void anNmiIsNoticed(VmHost host, ConsoleLog console) {
    host.injectNmi(VM, PATIENT);

    console.await("NMI received for unknown reason", TestHome.PATIENCE);
  }

  private static void controlAltDeleteReboots(VmHost host) throws InterruptedException {
    try (AwaitedEvents events = AwaitedEvents.after(host, host.eventRange().newest())) {
      host.sendKeys(VM, Keystrokes.of("ctrl-alt-delete"), PATIENT);

      events.await(new EventBody.Reset("guest-reset")::equals);
    }
  }
}
