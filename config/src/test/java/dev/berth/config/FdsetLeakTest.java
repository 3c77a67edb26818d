package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.EventBody;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import dev.berth.testing.contract.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fdsets of real QEMUs go with their nodes, also when nobody was there to see those go. */
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class FdsetLeakTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  @TempDir private Path directory;
  private TestHome home;
  private Path medium;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    home = new TestHome(Files.createDirectory(directory.resolve("home")));
    medium = Files.write(directory.resolve("medium.iso"), new byte[1 << 20]);
    image = Files.write(directory.resolve("disk.raw"), new byte[1 << 20]);
  }

  @AfterEach
  void clear() {
    home.clear();
  }

  @Test
  void aSetGoesWithItsNode() throws Exception {
    deleteNodes();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void aSetGoesWithItsNodeInEachVersion(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    deleteNodes();
  }

  private void deleteNodes() throws Exception {
    try (VmHost host = home.open()) {
      long pid = start(host).machine().orElseThrow().pid().orElseThrow();
      assertThat(sets(host)).hasSize(2);
      eject(host);
      host.resume(VM, PATIENT);

      send(host, "blockdev-del", "{\"node-name\":\"cd-format\"}");
      assertThat(sets(host)).as("its file is still a node's").hasSize(2);
      send(host, "blockdev-del", "{\"node-name\":\"cd-file\"}");

      assertThat(sets(host)).hasSize(1);
      assertThat(freed(host)).containsExactly("cd ro");
      assertThat(OpenFiles.of(pid)).doesNotContain(medium.toString()).contains(image.toString());
    }
  }

  @Test
  void whatNobodySawIsFreedByTheNextHost() throws Exception {
    deleteNodesBetweenHosts();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void whatNobodySawIsFreedByTheNextHostInEachVersion(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    deleteNodesBetweenHosts();
  }

  private void deleteNodesBetweenHosts() throws Exception {
    QemuOf qemu;
    try (VmHost host = home.open()) {
      qemu = QemuOf.machine(home.directory(), start(host));
      eject(host);
    }
    qemu.runStateAfter(delete("cd-format") + delete("cd-file"));
    assertThat(OpenFiles.of(qemu.pid())).contains(medium.toString());

    try (VmHost host = home.open()) {
      TestHome.settled(host, VM);
      QemuOf.awaitThat("the set is freed", () -> freed(host).equals(List.of("cd ro")));
      host.resume(VM, PATIENT);
    }
    try (VmHost host = home.open()) { // until then QEMU 5.2 and 7.2 keep what was paused
      TestHome.settled(host, VM);
      assertThat(sets(host)).hasSize(1);
      assertThat(OpenFiles.of(qemu.pid())).doesNotContain(medium.toString());
    }
  }

  /** Paused: a firmware would close the drive again. */
  private DomainSnapshot start(VmHost host) {
    home.define(
        host,
        "vm",
        "memory: 64MiB",
        "disks:",
        "  - {name: disk, file: " + image + ", format: raw}",
        "  - {name: cd, file: " + medium + ", device: cdrom, format: raw}");
    return host.start(VM, StartMode.PAUSED, PATIENT).snapshot();
  }

  private static void eject(VmHost host) throws IOException {
    send(host, "blockdev-open-tray", "{\"id\":\"disk-cd\",\"force\":true}");
    send(host, "blockdev-remove-medium", "{\"id\":\"disk-cd\"}");
  }

  private static String delete(String node) {
    return "{\"execute\":\"blockdev-del\",\"arguments\":{\"node-name\":\"" + node + "\"}}\n";
  }

  private static List<JsonNode> sets(VmHost host) throws IOException {
    List<JsonNode> sets = new ArrayList<>();
    send(host, "query-fdsets", "{}").forEach(sets::add);
    return sets;
  }

  private static JsonNode send(VmHost host, String command, String arguments) throws IOException {
    return Json.read(host.qmp(VM, QmpRequest.of(command, arguments), PATIENT));
  }

  private static List<String> freed(VmHost host) {
    try {
      List<String> freed = new ArrayList<>();
      for (DomainEvent event : HostCrashes.eventsAfter(host, 0)) {
        if (event.body() instanceof EventBody.FdsetFreed body) {
          freed.add(body.was());
        }
      }
      return freed;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
