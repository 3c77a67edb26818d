package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import dev.berth.error.HostFailureException;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.Backend;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.HeldResources;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.FakeQemu.Received;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's part in networks, with devices of its kind that are and are not there. */
@ExtendWith(LeakCheck.class)
final class VhostNetTest {
  @TempDir Path directory;

  @Test
  void aDeviceIsProvedByBeingOwned() throws Exception {
    Path absent = directory.resolve("absent");
    Path file = Files.createFile(directory.resolve("vhost-net"));

    assertThat(VhostNet.proved(absent).obstacle()).contains("this host has no " + absent);
    assertThat(VhostNet.proved(file).obstacle()).contains(file + " is no vhost device");
    assertThat(VhostNet.proved(Path.of("/dev/null")).obstacle())
        .contains("/dev/null is no vhost device");
    assertThat(VhostNet.proved(file.resolve("below")).obstacle().orElseThrow())
        .startsWith(file.resolve("below") + " does not open: ");
  }

  @Test
  void aDeviceThatNoInterfaceAsksForIsNotOpened() {
    Nic user = new Nic("user", List.of());
    Path absent = directory.resolve("absent");

    assertThat(VhostNet.of(absent, List.of(user, TapCases.nic(VhostChoice.OFF))).obstacle())
        .contains("no interface asks for it");
    assertThat(VhostNet.of(absent, List.of(user, TapCases.nic(VhostChoice.AUTO))).obstacle())
        .contains("this host has no " + absent);
  }

  @Test
  void anInterfaceThatMustHaveItIsRefusedWithWhatHelps() {
    Path absent = directory.resolve("absent");

    assertThat(problems(VhostNet.proved(absent), VhostChoice.ON))
        .singleElement()
        .isEqualTo(
            Problem.at(
                "nics[0].vhost",
                "this host has no "
                    + absent
                    + ": load the kernel module with 'modprobe vhost_net', and let the host's user"
                    + " read and write "
                    + absent
                    + ", or use 'vhost: auto'"));
    assertThat(problems(VhostNet.proved(absent), VhostChoice.AUTO)).isEmpty();
    assertThat(problems(TapCases.VHOST, VhostChoice.ON)).isEmpty();
  }

  @Test
  void anInterfaceThatNeedNotHaveItSaysWhyItHasNot() {
    VhostNet without = new VhostNet(VhostNet.DEVICE, Optional.of("this host has none"));

    assertThat(steps(VhostChoice.AUTO, without).get(0))
        .isInstanceOfSatisfying(
            PassTap.class, pass -> assertThat(pass.withoutVhost()).contains("this host has none"));
    assertThat(steps(VhostChoice.OFF, without)).isEqualTo(steps(VhostChoice.OFF, TapCases.VHOST));
    assertThat(steps(VhostChoice.AUTO, without)).noneMatch(PassVhost.class::isInstance);
  }

  @Test
  void whatIsPassedForItIsFreedWithTheInterface() {
    MachineDraft draft = draft(VhostChoice.AUTO, TapCases.VHOST);
    DevicePlan plan =
        new DevicePlan(
            TapCases.nic(VhostChoice.AUTO).kind(),
            "lan",
            draft.assembly(),
            draft.devices(),
            Set.of());

    assertThat(plan.plugged().backends())
        .containsExactly(
            new Backend.Netdev("net-lan"),
            new Backend.NamedFile("net-lan"),
            new Backend.NamedFile("vhost-lan"));
  }

  @Test
  void qemuGetsTheDeviceUnderTheNameThatItsNetdevHas() throws Exception {
    Path device = Files.createFile(directory.resolve("vhost-net"));
    List<AssemblyStep> steps =
        new ArrayList<>(steps(VhostChoice.ON, new VhostNet(device, Optional.empty())));
    steps.removeIf(PassTap.class::isInstance); // there is no tap here to open

    List<Received> received = sent(steps);

    assertThat(received).extracting(Received::command).contains("getfd", "netdev_add");
    Received passed = first(received, "getfd");
    assertThat(passed.arguments().path("fdname").asText()).isEqualTo("vhost-lan");
    assertThat(passed.inode()).isEqualTo(OptionalLong.of(inode(device)));
    assertThat(first(received, "netdev_add").arguments().toString())
        .contains("\"vhost\":true", "\"vhostfd\":\"vhost-lan\"", "\"vhostforce\":true");
  }

  @Test
  void aDeviceThatWentAwaySinceItWasProvedIsNamed() {
    Path absent = directory.resolve("absent");

    assertThatThrownBy(() -> sent(List.of(new PassVhost("vhost-lan", "lan", absent))))
        .isInstanceOf(HostFailureException.class)
        .hasMessageStartingWith(
            "No: QEMU cannot be given the vhost-net of network interface 'lan': cannot open "
                + absent);
  }

  private List<Received> sent(List<AssemblyStep> steps) throws InterruptedException {
    try (var host = LauncherFixture.in(directory);
        FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"))) {
      qemu.answer("netdev_add", "{}").answer("device_add", "{}");
      QmpConnection qmp =
          host.loop().connect(qemu.socket(), LauncherFixture.LIMIT, event -> {}).join();
      Deadline deadline = Deadline.of(LauncherFixture.LIMIT);
      ShareServers shares = new ShareServers(MachineScopes.of(""));
      new MachineAssembler(qmp, HeldResources.none(), deadline, shares)
          .take(LaunchPlannerTest.plan("7.2.22", Definitions.bare()), steps, "No: ");
      return qemu.received();
    }
  }

  private static Received first(List<Received> received, String command) {
    return received.stream()
        .filter(each -> each.command().equals(command))
        .findFirst()
        .orElseThrow();
  }

  private static long inode(Path file) throws Exception {
    return (long) Files.getAttribute(file, "unix:ino");
  }

  private static List<Problem> problems(VhostNet vhost, VhostChoice choice) {
    List<Problem> problems = new ArrayList<>();
    Nic nic =
        new Nic("lan", new Network.Tap("lo"), Optional.empty(), Optional.empty()).served(choice);
    NetworkChecks.check(List.of(nic), HeldResources.none(), List.of(), vhost, problems);
    return problems;
  }

  private static List<AssemblyStep> steps(VhostChoice choice, VhostNet vhost) {
    return draft(choice, vhost).assembly();
  }

  private static MachineDraft draft(VhostChoice choice, VhostNet vhost) {
    MachineDraft draft = new MachineDraft();
    new DevicePlanner(draft, PciSlots.of("pc-q35-7.2", 1))
        .nic(TapCases.nic(choice), LauncherFixture.DOMAIN, Optional.empty(), vhost);
    return draft;
  }
}
