package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.NicSummary;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Network interfaces that come and go while a real guest runs, and uses them. */
@Tag("once")
@Timeout(300)
final class NicHotplugTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  @Test
  void aGuestUsesAnInterfaceThatCameWhileItRan() throws Exception {
    anInterfaceComesAndGoes("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionUsesAnInterfaceThatCameWhileItRan(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    anInterfaceComesAndGoes(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md
  }

  private void anInterfaceComesAndGoes(String machine) throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, machine);
      attach(host, "name: lan\n");
      console.await("DEVICE add net eth0", TestHome.PATIENCE);
      type(host, console, "net dhcp", "NET eth0 10.0.2.15");
      type(host, console, "cat /sys/class/net/eth0/address", mac(host, "lan"));

      removed(host, detach(host, "lan"));
      console.await("DEVICE remove net eth0", TestHome.PATIENCE);

      assertThat(ask(host, "query-rx-filter")).isEmpty();
      assertThat(host.nics(VM)).isEmpty();
      assertThat(host.domain(VM).definition().pending()).isFalse();
    }
  }

  @Test
  void anInterfaceThatComesAgainHasTheAddressThatItHad() throws Exception {
    try (VmHost host = home.open()) {
      boot(host, "q35");
      String before = mac(host, "name: lan\n", "lan");

      removed(host, detach(host, "lan"));

      assertThat(mac(host, "name: lan\n", "lan")).isEqualTo(before);
    }
  }

  @Test
  void whatCannotBeConnectedIsToldAndLeavesNothing() throws Exception {
    try (VmHost host = home.open();
        ServerSocket taken = new ServerSocket(0)) {
      home.startIdle(host, "vm");
      attach(host, "name: lan\nmac: 52:54:00:00:00:01\n");

      assertThatThrownBy(
              () ->
                  attach(
                      host,
                      "name: more\nforwards:\n- {host-port: "
                          + taken.getLocalPort()
                          + ", host: 0.0.0.0, guest-port: 80}\n"))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("taken on this host");
      assertThatThrownBy(() -> attach(host, "name: more\nnetwork: tap\ntap: tap-none\n"))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("there is no tap device 'tap-none'");
      assertThatThrownBy(
              () ->
                  host.attachNic(
                      VM,
                      document("name: more\nmac: 52:54:00:00:00:01\n"),
                      EditScope.LIVE,
                      CallOptions.none()))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("has this address");
      assertThat(host.nics(VM)).extracting(NicSummary::name).containsExactly("lan");
      assertThat(ask(host, "query-rx-filter")).hasSize(1);
    }
  }

  private ConsoleLog boot(VmHost host, String machine) {
    home.defineGuestOn(host, "vm", machine);
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  /**
   * Types a line, and stays until the guest has answered: QEMU drops what is left of one who goes.
   */
  private static void type(VmHost host, ConsoleLog console, String line, String answer)
      throws IOException {
    try (Console typing = host.console(VM)) {
      typing.output().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      console.await(answer, TestHome.PATIENCE);
    }
  }

  private String mac(VmHost host, String document, String name) {
    attach(host, document);
    return mac(host, name);
  }

  private static String mac(VmHost host, String name) {
    return host.nics(VM).stream()
        .filter(nic -> nic.name().equals(name))
        .findFirst()
        .flatMap(NicSummary::mac)
        .orElseThrow();
  }

  private void attach(VmHost host, String document) {
    host.attachNic(VM, document(document), EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "a test", directory);
  }

  private static Job detach(VmHost host, String name) {
    return host.detachNic(
        VM, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  private static List<JsonNode> ask(VmHost host, String command) throws IOException {
    JsonNode answer = Json.read(host.qmp(VM, QmpRequest.of(command, "{}"), CallOptions.none()));
    return Json.elements(answer);
  }
}
