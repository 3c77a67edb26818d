package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small devices that come and go while a real guest runs, which finds them on its buses. */
@Tag("once")
@Timeout(300)
final class DeviceHotplugTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  /** The watchdog, the entropy source and the USB controller by their PCI ids. */
  private static final String WATCHDOG = "-e 0x25ab";

  private static final String RNG = "-e 0x1044 -e 0x1005";
  private static final String XHCI = "-e 0x000d";

  private int asked;

  @Test
  void aGuestSeesDevicesComeAndGo() throws Exception {
    devicesComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionSeesDevicesComeAndGo(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    devicesComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void devicesComeAndGo(String machine) throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, machine);
      List<String> before = parts(host);
      seen(host, console, RNG);
      attach(host, "{device: watchdog, action: none}");
      attach(host, "device: tablet");
      seen(host, console, WATCHDOG);
      seen(host, console, XHCI);
      assertThat(parts(host)).contains("watchdog", "usb", "usb-1");

      removed(host, detach(host, "rng"));
      gone(host, console, RNG);
      assertThat(parts(host)).doesNotContain("rng", "rng-source");
      attach(host, "device: rng");
      seen(host, console, RNG);

      assertThatThrownBy(() -> detach(host, "usb"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("plugged into it");
      removed(host, detach(host, "tablet"));
      removed(host, detach(host, "usb"));
      removed(host, detach(host, "watchdog"));
      gone(host, console, WATCHDOG);
      gone(host, console, XHCI);
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
      assertThat(host.devices(VM))
          .extracting(DeviceSummary::name)
          .containsExactlyInAnyOrder("rng", "balloon");
      assertThat(host.domain(VM).definition().pending()).isFalse();
    }
  }

  @Test
  void whatTheHostOrTheMachineLacksIsTold() throws Exception {
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      List<String> before = parts(host);
      for (String device : List.of("tablet", "keyboard", "mouse")) {
        attach(host, "device: " + device);
      }
      if (!Files.isWritable(Path.of("/dev/vhost-vsock"))) {
        assertThatThrownBy(() -> attach(host, "{device: vsock, cid: 77}"))
            .isInstanceOf(InvalidDefinitionException.class)
            .hasMessageContaining("/dev/vhost-vsock");
      }
      List<String> after = new ArrayList<>(before);
      after.addAll(List.of("usb", "usb-1", "usb-2", "usb-3"));
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(after);
    }
  }

  private ConsoleLog boot(VmHost host, String machine) {
    home.defineGuestOn(host, "vm", machine);
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  private void seen(VmHost host, ConsoleLog console, String device) throws IOException {
    await(host, console, "until cat /sys/bus/pci/devices/*/device | grep -q " + device);
  }

  private void gone(VmHost host, ConsoleLog console, String device) throws IOException {
    await(host, console, "while cat /sys/bus/pci/devices/*/device | grep -q " + device);
  }

  /** Has the guest wait for something, and say that it has come. */
  private void await(VmHost host, ConsoleLog console, String loop) throws IOException {
    String done = "ASKED-" + ++asked + "-DONE";
    try (Console typing = host.console(VM)) {
      typing
          .output()
          .write(
              (loop + "; do usleep 50000; done; echo " + done + "\n")
                  .getBytes(StandardCharsets.UTF_8));
      console.await(done, TestHome.PATIENCE);
    }
  }

  private void attach(VmHost host, String document) {
    host.attachDevice(
        VM,
        new DefinitionDocument(document, "a test", directory),
        EditScope.BOTH,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static Job detach(VmHost host, String name) {
    return host.detachDevice(
        VM, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  /** The ids of devices and of objects that its QEMU has. */
  private static List<String> parts(VmHost host) throws IOException {
    List<String> parts = new ArrayList<>();
    for (String path : List.of("/machine/peripheral", "/objects")) {
      for (JsonNode part :
          Json.read(
              host.qmp(
                  VM,
                  QmpRequest.of("qom-list", "{\"path\": \"" + path + "\"}"),
                  CallOptions.none()))) {
        parts.add(part.path("name").asText());
      }
    }
    return parts;
  }
}
