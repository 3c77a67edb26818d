package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Disks that come and go while a real guest runs, and what they leave in a real QEMU: nothing. */
@Tag("once")
@Timeout(300)
final class DiskHotplugTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  @Test
  void aGuestSeesDisksComeAndGoAndNothingIsLeft() throws Exception {
    disksComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionSeesDisksComeAndGo(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    disksComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void disksComeAndGo(String machine) throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, machine);
      List<String> before = parts(host);
      attach(host, "data", "bus: virtio-blk\n");
      console.await("DEVICE add block vda", TestHome.PATIENCE);
      attach(host, "more", "bus: virtio-scsi\n");
      console.await("DEVICE add block sda", TestHome.PATIENCE);

      removed(host, detach(host, "data"));
      console.await("DEVICE remove block vda", TestHome.PATIENCE);
      removed(host, detach(host, "more"));
      console.await("DEVICE remove block sda", TestHome.PATIENCE);

      List<String> after = parts(host);
      after.remove("scsi"); // the controller stays for the next
      assertThat(after).containsExactlyInAnyOrderElementsOf(before);
      assertThat(host.definition(VM).json()).doesNotContain("\"data\"", "\"more\"");
      assertThat(host.domain(VM).definition().pending()).isFalse();
    }
  }

  @Test
  void aDetachThatIsPendingGoesOnInTheNextHost() throws Exception {
    Job job;
    try (VmHost host = home.open()) {
      boot(host);
      attach(host, "data", "");
      host.pause(VM, CallOptions.none());
      job = detach(host, "data");
    }
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      assertThat(host.job(job.id()).status().state()).isEqualTo(JobState.RUNNING);

      host.resume(VM, CallOptions.none());

      removed(host, job);
      assertThat(parts(host)).doesNotContain("disk-data", "data-format", "data-file");
    }
  }

  @Test
  void whatCannotBeAttachedIsToldAndLeavesNothing() throws Exception {
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      home.startIdle(host, "other");
      host.attachDisk(DomainRef.of("other"), disk("busy", ""), EditScope.LIVE, CallOptions.none());
      List<String> before = parts(host);

      assertThatThrownBy(() -> attach(host, "busy", ""))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll("Cannot attach disk 'busy' to domain 'vm'", "Another process");
      Files.delete(directory.resolve("busy.raw"));
      assertThatThrownBy(
              () -> host.attachDisk(VM, missing("gone"), EditScope.BOTH, CallOptions.none()))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("gone.raw");
      assertThat(host.definition(VM).revision()).isEqualTo(1);
      host.resume(VM, CallOptions.none()); // only while the guest runs QEMU closes what it is told
      eventually(() -> assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before));
    }
  }

  @Test
  void placesRunOutWithARemedyAndVirtioScsiSharesOne() throws Exception {
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      attach(host, "scsi-1", "bus: virtio-scsi\n");
      BerthException full = null;
      for (int i = 1; full == null; i++) {
        assertThat(i).isLessThan(40);
        try {
          attach(host, "blk-" + i, "");
        } catch (InvalidStateException refused) {
          full = refused;
        }
      }

      assertThat(full).hasMessageContainingAll("every PCI place", "virtio-scsi", "spare-ports");
      attach(host, "scsi-2", "bus: virtio-scsi\n");
      assertThat(parts(host)).contains("disk-scsi-2");
    }
  }

  private ConsoleLog boot(VmHost host) {
    return boot(host, "q35");
  }

  private ConsoleLog boot(VmHost host, String machine) {
    home.defineGuestOn(host, "vm", machine);
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  private void attach(VmHost host, String name, String more) throws IOException {
    host.attachDisk(VM, disk(name, more), EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private DefinitionDocument disk(String name, String more) throws IOException {
    Path image = directory.resolve(name + ".raw");
    if (!Files.exists(image)) {
      Files.write(image, new byte[1 << 20]);
    }
    return document(name, more);
  }

  private DefinitionDocument missing(String name) {
    return document(name, "");
  }

  private DefinitionDocument document(String name, String more) {
    return new DefinitionDocument(
        "name: " + name + "\nfile: " + name + ".raw\nformat: raw\n" + more, name, directory);
  }

  private static Job detach(VmHost host, String name) {
    return host.detachDisk(
        VM, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  /** The ids of devices, the names of nodes and the numbers of fdsets that its QEMU has. */
  private static List<String> parts(VmHost host) throws IOException {
    List<String> parts = new ArrayList<>();
    for (JsonNode device : ask(host, "qom-list", "{\"path\": \"/machine/peripheral\"}")) {
      parts.add(device.path("name").asText());
    }
    for (JsonNode node : ask(host, "query-named-block-nodes", "{}")) {
      parts.add(node.path("node-name").asText());
    }
    for (JsonNode set : ask(host, "query-fdsets", "{}")) {
      parts.add("fdset " + set.path("fdset-id").asText());
    }
    return parts;
  }

  private static JsonNode ask(VmHost host, String command, String arguments) throws IOException {
    return Json.read(host.qmp(VM, QmpRequest.of(command, arguments), CallOptions.none()));
  }
}
