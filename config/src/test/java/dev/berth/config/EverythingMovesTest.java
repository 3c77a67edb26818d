package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.backup.CheckpointName;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.AgentState;
import dev.berth.domain.EventBody;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.host.AgentRequest;
import dev.berth.host.Console;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a machine has, it has at the other host: what it began with, and what has come to it.
 */
@Tag("once")
@Timeout(300)
final class EverythingMovesTest extends TwoHomesFixture {
  private static final Throttle LIMITS =
      new Throttle(Rates.UNLIMITED, Rates.ofTotal(new Rate(70, 0, 1)), Optional.empty());

  private int asked;

  @Test
  void whateverIsAttachedMoves() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      boot(here);
      attach(here);
      FileInputStream console = console(here);

      Job ended = ended(here, migrate(here));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      int soFar = Heartbeats.unbroken(all(console));
      assertThat(soFar).isPositive();
      agentAnswers(there);
      limitsAreThere(there);
      checkpointsAreThere(there);
      screenIsServed();
      linkIsDown(there);
      says(there, "grep -c ^processor /proc/cpuinfo", "2");
      watchdogIsHeeded(there);
      whatHasComeGoes(there);
    }
  }

  private void boot(VmHost host) throws IOException {
    TestGuest guest = TestGuest.locate();
    disk("root.qcow2", "qcow2");
    disk("more.raw", "raw");
    Files.write(directory.resolve("cd.iso"), new byte[1 << 20]);
    home.define(
        host,
        "vm",
        "memory: 192MiB",
        "cpus: 1",
        "max-cpus: 3",
        "video: vga",
        "watchdog: none",
        "nics: [{name: lan}]",
        "disks:",
        "  - {name: root, file: root.qcow2, format: qcow2}",
        "  - {name: cd, device: cdrom, format: raw}",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.agentInitrd(),
        "  cmdline: " + TestGuest.cmdline(TestGuest.running("heartbeat")));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
    agentAnswers(host);
  }

  private void disk(String name, String format) throws IOException {
    Process made =
        new ProcessBuilder(
                "qemu-img", "create", "-q", "-f", format, directory.resolve(name).toString(), "8M")
            .start();
    try {
      assertThat(made.waitFor()).isZero();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void attach(VmHost host) throws IOException {
    host.attachDisk(
        VM, document("{name: more, file: more.raw, format: raw}"), EditScope.BOTH, PATIENT);
    host.attachNic(VM, document("{name: extra}"), EditScope.BOTH, PATIENT);
    host.attachDevice(
        VM, document("{device: channel, name: org.example.chan.0}"), EditScope.BOTH, PATIENT);
    host.insertMedium(VM, "cd", directory.resolve("cd.iso"), EditScope.BOTH, PATIENT);
    ended(host, host.setCpus(VM, 2, EditScope.BOTH, JobOptions.none(), PATIENT));
    host.setThrottle(VM, "root", LIMITS, EditScope.BOTH, PATIENT);
    host.backups().createCheckpoint(VM, new CheckpointName("before"), Set.of("root"), PATIENT);
    says(host, "ls /sys/class/net | grep -c eth", "2");
    says(host, "ifconfig eth1 up; cat /sys/class/net/eth1/carrier", "1");
    host.setLink(VM, "extra", LinkState.DOWN, EditScope.BOTH, PATIENT);
    says(host, "cat /sys/class/net/eth1/carrier", "0");
    says(
        host, "echo 1 >/sys/devices/system/cpu/cpu1/online; grep -c ^processor /proc/cpuinfo", "2");
  }

  private DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "more.yaml", directory);
  }

  private static void agentAnswers(VmHost host) {
    eventually(
        () ->
            assertThat(host.domain(VM).machine().map(it -> it.agent()))
                .contains(AgentState.CONNECTED));
    assertThat(host.agent(VM, AgentRequest.of("guest-ping", "{}"), PATIENT)).isEqualTo("{}");
  }

  private static void limitsAreThere(VmHost host) throws IOException {
    String devices = host.qmp(VM, QmpRequest.of("query-block", "{}"), PATIENT);
    for (JsonNode device : Json.read(devices)) {
      if (device.path("qdev").asText().contains("disk-root")) {
        assertThat(device.path("inserted").path("iops").asInt()).as(devices).isEqualTo(70);
        return;
      }
    }
    throw new AssertionError("no such disk: " + devices);
  }

  private static void checkpointsAreThere(VmHost host) {
    assertThat(host.backups().checkpoints(VM, PATIENT))
        .singleElement()
        .matches(checkpoint -> checkpoint.toString().contains("before"));
  }

  private void screenIsServed() throws IOException {
    Path socket;
    try (Stream<Path> files = Files.walk(otherDirectory.resolve("run"))) {
      socket = files.filter(file -> file.endsWith("vnc")).findFirst().orElseThrow();
    }
    ByteBuffer greeting = ByteBuffer.allocate(3);
    try (SocketChannel viewer = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      while (greeting.hasRemaining()) {
        assertThat(viewer.read(greeting)).isNotNegative();
      }
    }
    assertThat(new String(greeting.array(), US_ASCII)).isEqualTo("RFB");
  }

  private void linkIsDown(VmHost host) throws IOException {
    says(host, "cat /sys/class/net/eth1/carrier", "0");
    host.setLink(VM, "extra", LinkState.UP, EditScope.BOTH, PATIENT);
    says(host, "cat /sys/class/net/eth1/carrier", "1");
  }

  private static void watchdogIsHeeded(VmHost host) throws Exception {
    try (AwaitedEvents events = AwaitedEvents.after(host, 0);
        Console console = host.console(VM)) {
      console
          .output()
          .write("watchdog -T 2 -t 600 /dev/watchdog\n".getBytes(StandardCharsets.UTF_8));
      events.await(new EventBody.WatchdogFired("none")::equals);
      console.output().write("killall watchdog\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void whatHasComeGoes(VmHost host) {
    removed(host, host.detachDisk(VM, "more", EditScope.BOTH, JobOptions.none(), PATIENT));
    removed(host, host.detachNic(VM, "extra", EditScope.BOTH, JobOptions.none(), PATIENT));
    removed(
        host,
        host.detachDevice(VM, "org.example.chan.0", EditScope.BOTH, JobOptions.none(), PATIENT));
    Job fewer = host.setCpus(VM, 1, EditScope.BOTH, JobOptions.none(), PATIENT);
    assertThat(ended(host, fewer).status().phase()).isEqualTo("done");
    assertThat(host.domain(VM).definition().pending()).isFalse();
  }

  private static void removed(VmHost host, Job job) {
    assertThat(ended(host, job).status().phase()).isEqualTo("removed");
  }

  /** The guest runs the commands, again and again until they print that. */
  private void says(VmHost host, String commands, String expected) throws IOException {
    String mark = "ANSWER" + ++asked;
    String loop =
        "until [ \"$(" + commands + ")\" = " + expected + " ]; do sleep 0.1; done; echo " + mark;
    try (Console console = host.console(VM)) {
      console.output().write((loop + "-\n").getBytes(StandardCharsets.UTF_8));
      ConsoleLog.of(host, VM).await(mark + "-", TestHome.PATIENCE);
    }
  }
}
