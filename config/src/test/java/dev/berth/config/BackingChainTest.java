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
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images that stand on others, made by qemu-img, with real QEMU and a real guest. */
@Tag("once")
@Timeout(300)
final class BackingChainTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final String CONTENT = "WHAT-THE-BASE-HAS";

  @Test
  void aGuestReadsThroughAChainAndQemuHasEachFileFromTheHost() throws Exception {
    readThroughAChain("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionReadsThroughAChain(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    readThroughAChain(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void readThroughAChain(String machine) throws Exception {
    chain();
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, machine);
      List<String> before = parts(host);

      attach(host, "data", "file: top.qcow2\nformat: qcow2\nbacking: follow\n");
      console.await("DEVICE add block vda", TestHome.PATIENCE);
      try (Console typing = host.console(VM)) {
        typing.output().write("head -n 1 /dev/vda\n".getBytes(StandardCharsets.UTF_8));
        console.await(CONTENT, TestHome.PATIENCE);
      }
      for (JsonNode node : ask(host, "query-named-block-nodes", "{\"flat\": true}")) {
        assertThat(Json.text(node)).doesNotContain(directory.toString());
      }
      Job job = host.detachDisk(VM, "data", EditScope.LIVE, JobOptions.none(), CallOptions.none());
      assertThat(host.awaitJob(job.id(), TestHome.PATIENCE).status().phase()).isEqualTo("removed");

      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
    }
    assertThat(run("qemu-img", "info", "top.qcow2"))
        .contains("middle.qcow2")
        .doesNotContain("fdset");
  }

  @Test
  void aMachineStartsFromAChainAndItsBaseIsSharedWithAnother() throws Exception {
    chain();
    qemuImg("create", "-q", "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", "other.qcow2");
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 64MiB", follow("top.qcow2", "virtio-blk"));
      home.define(host, "other", "memory: 64MiB", follow("other.qcow2", "sata"));

      host.start(VM, StartMode.PAUSED, CallOptions.none());
      host.start(DomainRef.of("other"), StartMode.PAUSED, CallOptions.none());

      assertThat(parts(host)).contains("root-format", "root.1-format", "root.2-file");
    }
  }

  @Test
  void aBadChainStartsNothingAndIsTold() throws Exception {
    chain();
    qemuImg("rebase", "-u", "-b", "top.qcow2", "-F", "qcow2", "middle.qcow2");
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 64MiB", follow("top.qcow2", "virtio-blk"));

      assertThatThrownBy(() -> host.start(VM, StartMode.PAUSED, CallOptions.none()))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContainingAll("disks[0].file", "stands on itself");

      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(host.domain(VM).machine()).isEmpty();
    }
  }

  @Test
  void aBadChainIsNotAttachedAndLeavesNothing() throws Exception {
    chain();
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      List<String> before = parts(host);
      Path secret = Files.writeString(directory.resolve("secret"), "nobody is to read this");

      refused(host, "top.qcow2", "backing: none\n", "backing: follow");
      for (String name :
          List.of(
              "json:{\"driver\":\"file\",\"filename\":\"" + secret + "\"}",
              "nbd://127.0.0.1/secret",
              "/dev/fdset/1",
              "/proc/self/environ",
              "gone.qcow2")) {
        qemuImg("rebase", "-u", "-b", name, "-F", "raw", "top.qcow2");
        refused(host, "top.qcow2", "backing: follow\n", "stands on '" + name + "'");
      }

      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
      assertThat(host.disks(VM)).isEmpty();
      assertThat(host.definition(VM).revision()).isEqualTo(1);
    }
  }

  @Test
  void aBaseThatSomebodyWritesToIsLocked() throws Exception {
    chain();
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      home.define(
          host,
          "writer",
          "memory: 64MiB",
          "disks: [{name: root, file: middle.qcow2, format: qcow2, backing: follow}]");
      host.start(DomainRef.of("writer"), StartMode.PAUSED, CallOptions.none());
      List<String> before = parts(host);

      assertThatThrownBy(
              () -> attach(host, "data", "file: top.qcow2\nformat: qcow2\nbacking: follow\n"))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll("what disk 'data' stands on", "Another process uses the image");

      assertThat(host.disks(VM)).isEmpty();
      host.resume(VM, CallOptions.none()); // only while the guest runs QEMU closes what it is told
      eventually(() -> assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before));
    }
  }

  private void refused(VmHost host, String file, String more, String why) {
    assertThatThrownBy(() -> attach(host, "data", "file: " + file + "\nformat: qcow2\n" + more))
        .as(why)
        .isInstanceOf(BerthException.class)
        .hasMessageContainingAll("disk 'data'", why);
  }

  private void attach(VmHost host, String name, String more) {
    host.attachDisk(
        VM,
        new DefinitionDocument("name: " + name + "\n" + more, name, directory),
        EditScope.LIVE,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static String follow(String file, String bus) {
    return "disks: [{name: root, file: %s, format: qcow2, backing: follow, bus: %s}]"
        .formatted(file, bus);
  }

  private ConsoleLog boot(VmHost host, String machine) {
    home.defineGuestOn(host, "vm", machine);
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  /** A raw image, a qcow2 image on it, and another on that. */
  private void chain() throws Exception {
    byte[] content = Arrays.copyOf((CONTENT + "\n").getBytes(StandardCharsets.UTF_8), 1 << 20);
    Files.write(directory.resolve("base.raw"), content);
    qemuImg("create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", "middle.qcow2");
    qemuImg("create", "-q", "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", "top.qcow2");
  }

  private void qemuImg(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(TestQemu.installed().imageTool().toString()));
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  /** The ids of devices, the names of nodes and the numbers of fdsets that its QEMU has. */
  private static List<String> parts(VmHost host) throws IOException {
    List<String> parts = new ArrayList<>();
    for (JsonNode device : ask(host, "qom-list", "{\"path\": \"/machine/peripheral\"}")) {
      parts.add(device.path("name").asText());
    }
    for (JsonNode node : ask(host, "query-named-block-nodes", "{\"flat\": true}")) {
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
