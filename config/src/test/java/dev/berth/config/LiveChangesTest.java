package dev.berth.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.QmpRequest;
import dev.berth.host.Shrinking;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a machine has is set another way, and its guest and its QEMU have it so. */
@Tag("once")
@Timeout(300)
final class LiveChangesTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final Throttle LIMITS =
      new Throttle(
          Rates.ofTotal(new Rate(8 << 20, 16 << 20, 5)),
          new Rates(Rate.UNLIMITED, Rate.of(500), new Rate(100, 200, 1)),
          Optional.of("slow"));

  private int asked;

  @Test
  void disksAndLinksAreSetWhileTheGuestRuns() throws Exception {
    disksAndLinks("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionSetsDisksAndLinks(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    disksAndLinks(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void disksAndLinks(String machine) throws IOException {
    try (VmHost host = home.open()) {
      boot(host, machine);
      attach(host, "blk", "virtio-blk");
      attach(host, "scsi", "virtio-scsi");

      guestSeesSizesAndNoneIsLost(host);
      limitsAreInForce(host);
      latenciesAreCounted(host);
      guestSeesTheLink(host);
    }
    latenciesAreCountedForTheNextHost();
  }

  private void guestSeesSizesAndNoneIsLost(VmHost host) throws IOException {
    resize(host, "blk", 4);
    resize(host, "scsi", 4);
    says(host, "cat /sys/block/vda/size", "8192");
    says(host, "echo 1 > /sys/block/sda/device/rescan; cat /sys/block/sda/size", "8192");
    assertThat(Files.size(directory.resolve("blk.raw"))).isEqualTo(4 << 20);

    assertThatThrownBy(() -> resize(host, "blk", 2))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("4MiB");
    assertThat(Files.size(directory.resolve("blk.raw"))).isEqualTo(4 << 20);
    host.resizeDisk(VM, "blk", ByteSize.mebibytes(2), Shrinking.ALLOWED, CallOptions.none());
    says(host, "cat /sys/block/vda/size", "4096");
    assertThatThrownBy(
            () ->
                host.resizeDisk(
                    VM,
                    "blk",
                    new ByteSize(1L << 62),
                    Shrinking.REFUSED,
                    CallOptions.within(TestHome.PATIENCE)))
        .isInstanceOf(QemuRefusedException.class);
  }

  private void limitsAreInForce(VmHost host) throws IOException {
    throttle(host, "blk", LIMITS);
    throttle(host, "scsi", LIMITS);
    for (String disk : new String[] {"blk", "scsi"}) {
      JsonNode limited = block(host, disk);
      assertThat(limited.path("bps").asLong()).isEqualTo(8 << 20);
      assertThat(limited.path("bps_max").asLong()).isEqualTo(16 << 20);
      assertThat(limited.path("bps_max_length").asLong()).isEqualTo(5);
      assertThat(limited.path("iops_rd").asLong()).isEqualTo(500);
      assertThat(limited.path("iops_wr_max").asLong()).isEqualTo(200);
      assertThat(limited.path("group").asText()).isEqualTo("group-slow");
    }
    throttle(host, "scsi", Throttle.NONE);
    assertThat(block(host, "scsi").path("bps").asLong()).isZero();
    assertThat(block(host, "blk").path("bps").asLong()).isEqualTo(8 << 20);
    assertThat(host.definition(VM).json()).contains("8MiB burst 16MiB for 5s");
    assertThat(host.domain(VM).definition().pending()).isFalse();
  }

  private void latenciesAreCounted(VmHost host) throws IOException {
    for (String disk : new String[] {"blk", "scsi"}) {
      latencies(host, disk, LatencyBounds.USUAL);
    }
    says(host, "dd if=/dev/vda of=/dev/null bs=4096 count=8 2>/dev/null; echo read", "read");
    assertThat(reads(host, "blk")).isPositive();
    assertThat(host.definition(VM).json()).contains("\"latency-histogram\":true");
    latencies(host, "scsi", LatencyBounds.NONE);
    assertThat(histogram(host, "scsi").isMissingNode()).isTrue();

    ConsoleLog console = ConsoleLog.of(host, VM);
    int before = boots(console.text());
    host.reset(VM, CallOptions.within(TestHome.PATIENCE));
    assertThat(histogram(host, "blk").path("boundaries")).hasSize(14);
    console.await(text -> boots(text) > before, "the next boot", TestHome.PATIENCE);
  }

  private void latenciesAreCountedForTheNextHost() throws IOException {
    try (VmHost next = home.open()) {
      next.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      assertThat(histogram(next, "blk").path("boundaries")).hasSize(14);
      latencies(next, "blk", LatencyBounds.NONE);
      assertThat(histogram(next, "blk").isMissingNode()).isTrue();
    }
  }

  private static void latencies(VmHost host, String disk, LatencyBounds bounds) {
    host.setLatencyHistogram(
        VM, disk, bounds, EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  /** How many reads of a disk QEMU has counted in its histogram. */
  private static long reads(VmHost host, String disk) throws IOException {
    long reads = 0;
    for (JsonNode bin : histogram(host, disk).path("bins")) {
      reads += bin.asLong();
    }
    return reads;
  }

  private static JsonNode histogram(VmHost host, String disk) throws IOException {
    QmpRequest request = QmpRequest.of("query-blockstats", "{}");
    for (JsonNode each : Json.read(host.qmp(VM, request, CallOptions.none()))) {
      if (each.path("qdev").asText().contains("disk-" + disk)) {
        return each.path("stats").path("rd_latency_histogram");
      }
    }
    throw new AssertionError("no disk " + disk);
  }

  private void guestSeesTheLink(VmHost host) throws IOException {
    says(host, "ip link set eth0 up; cat /sys/class/net/eth0/carrier", "1");
    link(host, LinkState.DOWN);
    says(host, "cat /sys/class/net/eth0/carrier", "0");
    link(host, LinkState.UP);
    says(host, "cat /sys/class/net/eth0/carrier", "1");
  }

  @Test
  void whatTheDefinitionSaysIsSoFromTheStart() throws Exception {
    try (VmHost host = home.open()) {
      for (String name : new String[] {"blk", "sata"}) {
        Files.write(directory.resolve(name + ".raw"), new byte[1 << 20]);
      }
      guest(
          host,
          "nics: [{name: lan, link: down}]",
          "disks:",
          "- {name: blk, file: blk.raw, format: raw, throttle: {operations: 70, group: g},"
              + " latency-histogram: [1ms, 10ms]}",
          "- {name: sata, bus: sata, file: sata.raw, format: raw, throttle: {bytes: 3MiB},"
              + " latency-histogram: true}",
          "- {name: cd, device: cdrom, format: raw, latency-histogram: true}");
      up(host);

      assertThat(block(host, "blk").path("iops").asLong()).isEqualTo(70);
      assertThat(block(host, "sata").path("bps").asLong()).isEqualTo(3 << 20);
      assertThat(histogram(host, "blk").path("boundaries").toString())
          .isEqualTo("[1000000,10000000]");
      assertThat(histogram(host, "sata").path("boundaries")).hasSize(14);
      assertThat(histogram(host, "cd").path("boundaries")).hasSize(14);
      says(host, "ip link set eth0 up; cat /sys/class/net/eth0/carrier", "0");
    }
  }

  private void boot(VmHost host, String machine) {
    guest(host, "machine: " + machine, "nics: [{name: lan}]");
    up(host);
  }

  private void guest(VmHost host, String... more) {
    TestGuest guest = TestGuest.locate();
    home.define(
        host,
        "vm",
        "memory: 128MiB",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline(),
        String.join("\n", more));
  }

  private static void up(VmHost host) {
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
  }

  private void attach(VmHost host, String name, String bus) throws IOException {
    Files.write(directory.resolve(name + ".raw"), new byte[1 << 20]);
    String item = "name: " + name + "\nfile: " + name + ".raw\nformat: raw\nbus: " + bus + "\n";
    host.attachDisk(
        VM,
        new DefinitionDocument(item, name, directory),
        EditScope.BOTH,
        CallOptions.within(TestHome.PATIENCE));
    ConsoleLog.of(host, VM)
        .await("DEVICE add block " + (name.equals("blk") ? "vda" : "sda"), TestHome.PATIENCE);
  }

  private static void resize(VmHost host, String disk, int mebibytes) {
    host.resizeDisk(
        VM,
        disk,
        ByteSize.mebibytes(mebibytes),
        Shrinking.REFUSED,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static void throttle(VmHost host, String disk, Throttle limits) {
    host.setThrottle(VM, disk, limits, EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private static void link(VmHost host, LinkState link) {
    host.setLink(VM, "lan", link, EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private static int boots(String console) {
    return console.split(TestGuest.UP, -1).length - 1;
  }

  /** What QEMU says of a disk's medium. */
  private static JsonNode block(VmHost host, String disk) throws IOException {
    QmpRequest request = QmpRequest.of("query-block", "{}");
    for (JsonNode each : Json.read(host.qmp(VM, request, CallOptions.none()))) {
      if (each.path("qdev").asText().contains("disk-" + disk)) {
        return each.path("inserted");
      }
    }
    throw new AssertionError("no disk " + disk);
  }

  /** The guest runs the commands, again and again until they print that. */
  private void says(VmHost host, String commands, String expected) throws IOException {
    String mark = "ANSWER" + ++asked;
    String loop =
        "until [ \"$(" + commands + ")\" = " + expected + " ]; do sleep 0.1; done; echo " + mark;
    try (Console console = host.console(VM)) {
      console.output().write((loop + "-\n").getBytes(UTF_8));
      ConsoleLog.of(host, VM).await(mark + "-", TestHome.PATIENCE);
    }
  }
}
