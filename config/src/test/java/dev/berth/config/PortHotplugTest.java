package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Channels and serial ports that come and go while a real guest runs, which uses them. */
@Tag("once")
@Timeout(300)
final class PortHotplugTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final String BOOTED = "org.example.boot.0";
  private static final String ADDED = "org.example.chan.0";

  private int asked;

  @Test
  void aGuestTalksThroughChannelsThatComeAndGo() throws Exception {
    channelsComeAndGo("agent: true");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionTalksThroughChannels(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    channelsComeAndGo("agent: false");
  }

  private void channelsComeAndGo(String agent) throws Exception {
    Path socket;
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, agent, "channels: [" + BOOTED + "]");
      Set<String> before = chardevs(host);
      talk(host, console, BOOTED);

      attach(host, "{device: channel, name: " + ADDED + "}");
      talk(host, console, ADDED);
      assertThatThrownBy(() -> attach(host, "{device: channel, name: " + ADDED + "}"))
          .isInstanceOf(AlreadyExistsException.class);
      socket = device(host, ADDED).socket().orElseThrow();
      assertThat(device(host, BOOTED).socket()).isPresent().get().isNotEqualTo(socket);
      talkOnTheSocket(host, console, socket);

      removed(host, BOOTED);
      await(host, console, "while [ -e /dev/virtio-ports/" + BOOTED + " ]");
      assertThat(chardevs(host)).contains("channel-" + ADDED).hasSameSizeAs(before);
      assertThatThrownBy(() -> host.console(VM, BOOTED, ConsoleAccess.READ_ONLY))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining(ADDED);
    }
    try (VmHost host = home.open()) {
      ConsoleLog console = ConsoleLog.of(host, VM);
      host.await(VM, TestHome.SETTLED, TestHome.PATIENCE);
      assertThat(device(host, ADDED).socket()).contains(socket);
      talk(host, console, ADDED);

      removed(host, ADDED);
      assertThat(socket).doesNotExist();
      assertThat(chardevs(host)).noneMatch(id -> id.startsWith("channel-"));
      attach(host, "{device: channel, name: org.example.next.0}");
      talk(host, console, "org.example.next.0");
      assertThat(host.domain(VM).definition().pending()).isFalse();
    }
  }

  @Test
  void aGuestPrintsToASerialPortThatCameWhileItRan() throws Exception {
    serialPortsComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionPrintsToASerialPort(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    serialPortsComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void serialPortsComeAndGo(String machine) throws Exception {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, "machine: " + machine, "pci-serials: [boot]");
      Set<String> before = chardevs(host);
      print(host, console, "boot", "ttyS1");

      attach(host, "{device: pci-serial, name: log}");
      print(host, console, "log", "ttyS2");
      removed(host, "boot");
      print(host, console, "log", "ttyS2");
      removed(host, "log");

      assertThat(chardevs(host)).hasSize(before.size() - 1).noneMatch(id -> id.contains("log"));
      assertThat(host.devices(VM)).noneMatch(device -> device.kind().equals("pci-serial"));
      assertThat(host.domain(VM).definition().pending()).isFalse();
    }
  }

  private void print(VmHost host, ConsoleLog console, String port, String device)
      throws IOException {
    await(host, console, "until stty -F /dev/" + device + " raw");
    try (Console serial = host.console(VM, port, ConsoleAccess.WRITE)) {
      type(host, console, "echo to-host >/dev/" + device);
      assertThat(new String(serial.input().readNBytes(8), StandardCharsets.US_ASCII))
          .isEqualTo("to-host\n");
    }
  }

  @Test
  void aChannelBringsItsControllerAndTheLastPortIsTold() throws Exception {
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 64MiB\nagent: false\nconsoles: [debug]");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      assertThatThrownBy(() -> attach(host, "{device: channel, name: debug}"))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("debug");
      for (int i = 0; i < 29; i++) {
        live(host, "{device: channel, name: org.example." + i + "}");
      }

      assertThatThrownBy(() -> live(host, "{device: channel, name: org.example.29}"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("Detach a channel");
      assertThat(device(host, "org.example.28").place()).contains("agent-bus.0:30");
      removed(host, "org.example.7");
      live(host, "{device: channel, name: org.example.29}");

      assertThat(device(host, "org.example.29").place()).contains("agent-bus.0:9");
      try (Console debug = host.console(VM, "debug", ConsoleAccess.WRITE)) {
        debug.output().write('x');
      }
    }
  }

  private ConsoleLog boot(VmHost host, String... keys) {
    home.defineGuestWith(host, "vm", "memory: 128MiB\n" + String.join("\n", keys));
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  /** Each of the two says something to the other, through the host. */
  private void talk(VmHost host, ConsoleLog console, String port) throws IOException {
    String device = "/dev/virtio-ports/" + port;
    await(host, console, "until [ -e " + device + " ]");
    try (Console channel = host.console(VM, port, ConsoleAccess.WRITE)) {
      type(host, console, "echo to-host >" + device);
      assertThat(new String(channel.input().readNBytes(8), StandardCharsets.US_ASCII))
          .isEqualTo("to-host\n");
      channel.output().write(bytes("to-guest\n"));
      type(host, console, "head -n 1 " + device + " | grep -qx to-guest");
    }
  }

  /**
   * The guest hears first: what it says before QEMU has taken the connection is heard by nobody.
   */
  private void talkOnTheSocket(VmHost host, ConsoleLog console, Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(bytes("to-guest\n")));
      type(host, console, "head -n 1 /dev/virtio-ports/" + ADDED + " | grep -qx to-guest");
      type(host, console, "echo straight >/dev/virtio-ports/" + ADDED);
      ByteBuffer said = ByteBuffer.allocate("straight\n".length());
      while (said.hasRemaining() && channel.read(said) >= 0) {
        assertThat(channel.isConnected()).isTrue();
      }
      assertThat(new String(said.array(), StandardCharsets.US_ASCII)).isEqualTo("straight\n");
    }
  }

  private void await(VmHost host, ConsoleLog console, String loop) throws IOException {
    type(host, console, loop + "; do usleep 50000; done");
  }

  /** Has the guest do something, and say that it went well. */
  private void type(VmHost host, ConsoleLog console, String command) throws IOException {
    String done = "ASKED-" + ++asked + "-DONE";
    try (Console typing = host.console(VM)) {
      typing.output().write(bytes(command + " && echo " + done + "\n"));
      console.await(done, TestHome.PATIENCE);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static DeviceSummary device(VmHost host, String name) {
    return host.devices(VM).stream()
        .filter(device -> device.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void attach(VmHost host, String document) {
    attach(host, document, EditScope.BOTH);
  }

  private void live(VmHost host, String document) {
    attach(host, document, EditScope.LIVE);
  }

  private void attach(VmHost host, String document, EditScope scope) {
    host.attachDevice(
        VM,
        new DefinitionDocument(document, "a test", directory),
        scope,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, String name) {
    Job job =
        host.detachDevice(
            VM, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  /** What its QEMU has to connect ports to. */
  private static Set<String> chardevs(VmHost host) throws IOException {
    Set<String> labels = new TreeSet<>();
    for (JsonNode each :
        Json.read(host.qmp(VM, QmpRequest.of("query-chardev", "{}"), CallOptions.none()))) {
      labels.add(each.path("label").asText());
    }
    return labels;
  }
}
