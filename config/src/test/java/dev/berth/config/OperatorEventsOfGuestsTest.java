package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventBody;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What real guests and their QEMUs do that an operator has to know of is in the history. */
@Tag("once")
@Timeout(600)
final class OperatorEventsOfGuestsTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final int IMAGE_BYTES = 8 << 20;
  private static final int FILLER_BYTES = 6 << 20;
  private static final int THRESHOLD = 512 << 10;
  private static final int MEDIUM_BYTES = 1 << 20;

  @Test
  void whatHappensIsToldAndStaysTold() throws Exception {
    whatHappensIsTold();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void whatHappensWithEachVersionIsTold(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    whatHappensIsTold();
  }

  private void whatHappensIsTold() throws Exception {
    List<EventBody> all;
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"))) {
      try (VmHost host = home.open()) {
        boot(host, disk);
        try (Console console = host.console(VM);
            AwaitedEvents events = AwaitedEvents.after(host, 0)) {
          vncClientsAreTold(events);
          aTrayThatMovesIsTold(host, events);
          aNeglectedWatchdogIsTold(events, console);
          aFullDiskIsTold(host, events, console, disk);
          aPanicIsTold(host, events, console);
          all = events.seen();
        }
      }
      try (VmHost next = home.open();
          AwaitedEvents events = AwaitedEvents.after(next, 0)) {
        for (EventBody each : all) {
          events.await(each::equals);
        }
      }
      home.clear(); // before its disk goes
    }
  }

  private void boot(VmHost host, SmallDisk disk) throws IOException {
    TestGuest guest = TestGuest.locate();
    Path image = disk.resolve("data.raw");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    Files.write(disk.resolve("filler"), new byte[FILLER_BYTES]);
    home.define(
        host,
        "vm",
        "memory: 128MiB",
        "video: vga",
        "watchdog: none",
        "disks:",
        "  - {name: data, file: " + image + ", format: raw}",
        "  - {name: cd, device: cdrom, file: " + medium() + ", format: raw}",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline());
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
  }

  private Path medium() throws IOException {
    return Files.write(directory.resolve("cd.iso"), new byte[MEDIUM_BYTES]);
  }

  private void aTrayThatMovesIsTold(VmHost host, AwaitedEvents events) throws Exception {
    host.ejectMedium(VM, "cd", Ejection.FORCED, EditScope.LIVE, PATIENT);
    events.await(body -> body instanceof EventBody.TrayMoved tray && isOfCd(tray) && tray.open());

    host.insertMedium(VM, "cd", directory.resolve("cd.iso"), EditScope.LIVE, PATIENT);
    events.await(body -> body instanceof EventBody.TrayMoved tray && isOfCd(tray) && !tray.open());
  }

  private static boolean isOfCd(EventBody.TrayMoved tray) {
    return tray.name().equals(Optional.of("cd"));
  }

  private void vncClientsAreTold(AwaitedEvents events) throws Exception {
    try (SocketChannel viewer = SocketChannel.open(UnixDomainSocketAddress.of(vncSocket()))) {
      receive(viewer, "RFB 003.008\n".length());
      viewer.write(ascii("RFB 003.008\n"));
      int types = receive(viewer, 1).get(0);
      receive(viewer, types);
      viewer.write(ByteBuffer.wrap(new byte[] {1})); // no authentication
      receive(viewer, Integer.BYTES);
      viewer.write(ByteBuffer.wrap(new byte[] {1})); // shared with others
      events.await(EventBody.VncConnected.class::isInstance);
      events.await(EventBody.VncInitialized.class::isInstance);
    }
    events.await(EventBody.VncDisconnected.class::isInstance);
  }

  private Path vncSocket() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("run"))) {
      return files.filter(file -> file.endsWith("vnc")).findFirst().orElseThrow();
    }
  }

  private static void aNeglectedWatchdogIsTold(AwaitedEvents events, Console console)
      throws Exception {
    type(console, "watchdog -T 2 -t 600 /dev/watchdog");

    events.await(new EventBody.WatchdogFired("none")::equals);
    type(console, "killall watchdog");
  }

  private static void aFullDiskIsTold(
      VmHost host, AwaitedEvents events, Console console, SmallDisk disk) throws Exception {
    String nodes = qmp(host, "query-named-block-nodes", "{\"flat\": true}");
    String node = "";
    for (JsonNode each : Json.read(nodes)) {
      node = each.path("drv").asText().equals("raw") ? each.path("node-name").asText() : node;
    }
    qmp(
        host,
        "block-set-write-threshold",
        "{\"node-name\": \"" + node + "\", \"write-threshold\": " + THRESHOLD + "}");

    type(console, "writer /dev/vda &");

    events.await(
        body ->
            body instanceof EventBody.BlockThreshold passed
                && passed.name().equals(Optional.of("data"))
                && passed.thresholdBytes() == THRESHOLD);
    events.await(
        body ->
            body instanceof EventBody.IoError error
                && error.name().equals(Optional.of("data"))
                && error.operation().equals("write")
                && error.action().equals("stop")
                && error.outOfSpace());
    host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
    DomainStatus status = host.domain(VM).status();
    assertThat(status.reason()).isEqualTo(StateReason.IOERROR);
    assertThat(status.detail().orElse("")).contains("data");
    Files.delete(disk.resolve("filler"));
    host.resume(VM, PATIENT);
    host.await(VM, TestHome.RUNNING, TestHome.PATIENCE);
  }

  private static void aPanicIsTold(VmHost host, AwaitedEvents events, Console console)
      throws Exception {
    type(console, "panic");

    events.await(EventBody.Panicked.class::isInstance);
    host.await(VM, Set.of(DomainState.CRASHED), TestHome.PATIENCE);
  }

  private static String qmp(VmHost host, String command, String arguments) {
    return host.qmp(VM, QmpRequest.of(command, arguments), PATIENT);
  }

  private static void type(Console console, String line) throws IOException {
    console.output().write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer receive(SocketChannel channel, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      assertThat(channel.read(bytes)).isNotNegative();
    }
    return bytes;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
