package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
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
import dev.berth.stats.ThreadStats;
import dev.berth.testing.Eventually;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads that serve the disks of a real guest, from its start and later. */
@Tag("once")
@Timeout(300)
final class IothreadsTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  private int asked;

  @Test
  void disksAreServedByThreadsThatComeAndGo() throws Exception {
    threadsComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void threadsOfEachVersionServeDisks(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    threadsComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void threadsComeAndGo(String machine) throws Exception {
    home.set("sampling", "1s");
    try (VmHost host = home.open()) {
      boot(host, machine);
      assertThat(threads(host)).containsExactlyInAnyOrder("iothread-io1", "iothread-io2");
      assertThat(property(host, "disk-blk/virtio-backend")).endsWith("/iothread-io1");
      assertThat(property(host, "scsi-io2")).endsWith("/iothread-io2");
      reads(host, "vda");
      reads(host, "sda");
      Eventually.eventually(
          () ->
              assertThat(host.stats(VM).machine().orElseThrow().process().orElseThrow().iothreads())
                  .extracting(ThreadStats::name)
                  .contains("io1", "io2"));

      whatIsNotThereServesNothing(host);
      attachThread(host, "io3");
      attachDisk(host, "late", "io3");
      reads(host, "vdb");
      assertThat(property(host, "disk-late/virtio-backend")).endsWith("/iothread-io3");
      whatServesADiskStays(host);
    }
    try (VmHost next = home.open()) {
      next.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      assertThat(next.devices(VM))
          .extracting(DeviceSummary::name)
          .contains("iothread-io1", "iothread-io2", "iothread-io3");
      whatServesADiskStays(next);
      removed(
          next, next.detachDisk(VM, "late", EditScope.BOTH, JobOptions.none(), CallOptions.none()));
      removed(next, detachThread(next, "iothread-io3"));
      assertThat(threads(next)).containsExactlyInAnyOrder("iothread-io1", "iothread-io2");
      assertThat(next.definition(VM).json()).contains("\"iothreads\":[\"io1\",\"io2\"]");
      assertThat(next.domain(VM).definition().pending()).isFalse();
      reads(next, "vda");
      reads(next, "sda");
    }
  }

  private void whatIsNotThereServesNothing(VmHost host) {
    assertThatThrownBy(() -> attachDisk(host, "none", "io9"))
        .isInstanceOf(InvalidDefinitionException.class)
        .hasMessageContaining("iothread");
    assertThat(host.disks(VM)).hasSize(2);
  }

  private static void whatServesADiskStays(VmHost host) {
    assertThatThrownBy(() -> detachThread(host, "iothread-io3"))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("'late'");
    assertThatThrownBy(() -> detachThread(host, "iothread-io2"))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("'scsi-io2'");
  }

  private void boot(VmHost host, String machine) throws IOException {
    for (String name : new String[] {"blk", "scsi"}) {
      Files.write(directory.resolve(name + ".raw"), new byte[1 << 20]);
    }
    TestGuest guest = TestGuest.locate();
    home.define(
        host,
        "vm",
        "memory: 128MiB",
        "machine: " + machine,
        "iothreads: [io1, io2]",
        "disks:",
        "- {name: blk, file: blk.raw, format: raw, iothread: io1}",
        "- {name: scsi, bus: virtio-scsi, file: scsi.raw, format: raw, iothread: io2}",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline());
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
  }

  private void attachThread(VmHost host, String name) {
    host.attachDevice(
        VM,
        new DefinitionDocument("{device: iothread, name: " + name + "}", "a test", directory),
        EditScope.BOTH,
        CallOptions.within(TestHome.PATIENCE));
  }

  private void attachDisk(VmHost host, String name, String thread) throws IOException {
    Files.write(directory.resolve(name + ".raw"), new byte[1 << 20]);
    String disk =
        "{name: " + name + ", file: " + name + ".raw, format: raw, iothread: " + thread + "}";
    host.attachDisk(
        VM,
        new DefinitionDocument(disk, "a test", directory),
        EditScope.LIVE,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static Job detachThread(VmHost host, String name) {
    return host.detachDevice(
        VM, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  /** Has the guest read all of a disk, past its cache. */
  private void reads(VmHost host, String disk) throws IOException {
    String done = "READ-" + ++asked + "-DONE";
    String command =
        "until dd if=/dev/"
            + disk
            + " of=/dev/null bs=64k count=16 iflag=direct 2>/dev/null || dd if=/dev/"
            + disk
            + " of=/dev/null bs=64k count=16 2>/dev/null; do usleep 50000; done; echo "
            + done
            + "\n";
    try (Console typing = host.console(VM)) {
      typing.output().write(command.getBytes(StandardCharsets.UTF_8));
      ConsoleLog.of(host, VM).await(done, TestHome.PATIENCE);
    }
  }

  /** The ids of the threads that QEMU has. */
  private static List<String> threads(VmHost host) throws IOException {
    List<String> ids = new ArrayList<>();
    for (JsonNode thread : ask(host, "query-iothreads", "{}")) {
      ids.add(thread.path("id").asText());
    }
    return ids;
  }

  /** The thread that serves a device, as QEMU has it. */
  private static String property(VmHost host, String device) throws IOException {
    return ask(
            host,
            "qom-get",
            "{\"path\": \"/machine/peripheral/" + device + "\", \"property\": \"iothread\"}")
        .asText();
  }

  private static JsonNode ask(VmHost host, String command, String arguments) throws IOException {
    return Json.read(host.qmp(VM, QmpRequest.of(command, arguments), CallOptions.none()));
  }
}
