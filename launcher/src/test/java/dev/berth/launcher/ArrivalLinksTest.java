package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.TapSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ArrivalLinksTest {
  private static final List<String> NO_PRIVILEGES = List.of("CapEff:\t0000000000000000");

  private final ArrivalLinks links =
      new ArrivalLinks(NO_PRIVILEGES, new VsockNumbers(Path.of("/nowhere/vhost-vsock")));

  @Test
  void aPortThatSomebodyListensOnIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(links.obstacles(forwarding(taken.getLocalPort())))
          .singleElement()
          .asString()
          .contains("at the target tcp port " + taken.getLocalPort() + " is taken");
    }
  }

  @Test
  void aPortThatIsFreeIsNoObstacle() throws IOException {
    int free;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      free = taken.getLocalPort();
    }

    assertThat(links.obstacles(forwarding(free))).isEmpty();
  }

  @Test
  void tapsAndBridgesThatAreNotThereAreNamedAllOfThem() {
    List<String> obstacles =
        links.obstacles(
            machine(
                new PassTap(
                    "net-a", "a", new TapSource.Existing("notap0"), Optional.of("not asked for")),
                new PassTap(
                    "net-b",
                    "b",
                    new TapSource.OnBridge("nobridge0", "52:54:00:00:00:01"),
                    Optional.of("not asked for"))));

    assertThat(obstacles)
        .hasSize(3)
        .anyMatch(each -> each.startsWith("NIC 'a': at the target there is no tap device 'notap0'"))
        .anyMatch(each -> each.startsWith("NIC 'b': at the target there is no bridge 'nobridge0'"))
        .anyMatch(each -> each.startsWith("NIC 'b': ") && each.contains("CAP_NET_ADMIN"));
  }

  @Test
  void aVsockNeedsTheKernel() {
    ObjectNode vsock =
        Json.object().put("driver", "vhost-vsock-pci").put("id", "vsock").put("guest-cid", 42);

    assertThat(links.obstacles(machine(new Execute("device_add", vsock))))
        .singleElement()
        .asString()
        .contains("vsock: at the target this host has no /nowhere/vhost-vsock", "modprobe");
  }

  private static LaunchRecord forwarding(int port) {
    ObjectNode user = Json.object().put("type", "user").put("id", "net-a");
    user.putArray("hostfwd").addObject().put("str", "tcp:127.0.0.1:" + port + "-:22");
    return machine(new Execute("netdev_add", user));
  }

  private static LaunchRecord machine(AssemblyStep... steps) {
    return new LaunchRecord(
        new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, new ByteSize(1), "tcg", ""),
        List.of("qemu"),
        List.of(steps),
        List.of(),
        new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(1)));
  }
}
