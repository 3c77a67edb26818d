package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.definition.Boot;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.machine.Backend;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.TapSource;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import dev.berth.testing.contract.OpenFiles;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Machines on taps and bridges, in network namespaces of their own. */
@ExtendWith(LeakCheck.class)
final class TapTest {
  private static final Network BRIDGE = new Network.Bridge("br0");

  @TempDir Path home;

  @BeforeEach
  void needPrivileges() {
    assumeTrue(PrivateNetwork.isPossible(), "network namespaces need root");
  }

  @Test
  void aGuestOnABridgeIsReachedAtItsOwnAddress() throws Exception {
    String page =
        PrivateNetwork.in(
            () -> {
              makeBridge();
              try (var host = LauncherFixture.in(home)) {
                Machine machine = host.launch(guestOn(BRIDGE));
                machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));
                LauncherFixture.awaitText(machine.launch().files().consoleLog(), TestGuest.SERVING);
                try (InputStream answer = new URL("http://10.77.0.2/").openStream()) {
                  return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
                }
              }
            });

    assertThat(page).contains("Berth");
  }

  @Test
  void theTapOfABridgeVanishesWithAMachineThatIsKilled() throws Exception {
    PrivateNetwork.in(
        () -> {
          makeBridge();
          try (var host = LauncherFixture.in(home)) {
            Machine machine = host.launch(on(BRIDGE));
            assertThat(PrivateNetwork.ip("link")).contains("berth0", "master br0", "fe:54:00");

            machine.process().kill();

            machine.process().exit().get();
            return assertThat(PrivateNetwork.ip("link")).doesNotContain("berth0");
          }
        });
  }

  @Test
  void anInterfaceOnABridgeIsAddedToAMachineThatRuns() throws Exception {
    PrivateNetwork.in(
        () -> {
          makeBridge();
          try (var host = LauncherFixture.in(home)) {
            Machine machine = host.launch(on(new Network.User(List.of())));
            Nic lan = new Nic("added", BRIDGE, Optional.empty(), Optional.empty());
            DevicePlan plan = plan(host, machine, lan);

            add(host, machine, plan);

            assertThat(PrivateNetwork.ip("link")).contains("berth0", "master br0");
            assertThatThrownBy(() -> free(machine, new Backend.NamedFile("net-added")))
                .hasMessageContaining("not found"); // the netdev has taken it, and closes it
            return plan;
          }
        });
  }

  @Test
  void aTapThatNoNetdevHasTakenIsClosedByItsName() throws Exception {
    PrivateNetwork.in(
        () -> {
          makeBridge();
          try (var host = LauncherFixture.in(home)) {
            Machine machine = host.launch(on(new Network.User(List.of())));
            Nic lan =
                new Nic("added", BRIDGE, Optional.empty(), Optional.empty())
                    .served(VhostChoice.OFF);
            DevicePlan plan = plan(host, machine, lan);
            add(
                host,
                machine,
                new DevicePlan(
                    plan.kind(),
                    plan.name(),
                    plan.steps().subList(0, 1),
                    plan.devices(),
                    plan.places()));
            assertThat(PrivateNetwork.ip("link")).contains("berth0");

            assertThat(plan.plugged().backends())
                .containsExactly(
                    new Backend.Netdev("net-added"), new Backend.NamedFile("net-added"));
            free(machine, plan.plugged().backends().get(1));

            return assertThat(PrivateNetwork.ip("link")).doesNotContain("berth0");
          }
        });
  }

  @Test
  void aVhostNetThatQemuCannotOwnIsRefusedAndTheMachineGoesOn() throws Exception {
    PrivateNetwork.in(
        () -> {
          makeBridge();
          try (var host = LauncherFixture.in(home)) {
            Machine machine = host.launch(on(new Network.User(List.of())));
            DevicePlan plan = planOnVhost(machine.launch(), Path.of("/dev/null"));

            assertThatThrownBy(() -> add(host, machine, plan))
                .isInstanceOf(BerthException.class)
                .hasMessageContaining("network interface 'added'")
                .hasMessageContaining("could not be initialized");

            assertThat(machine.qmp().execute(new QueryStatus(), Deadline.of(LauncherFixture.LIMIT)))
                .isNotNull();
            return assertThat(PrivateNetwork.ip("link")).doesNotContain("berth0");
          }
        });
  }

  private static DevicePlan planOnVhost(LaunchRecord launch, Path device) {
    Nic lan = nic("added", BRIDGE);
    MachineDraft draft = MachineDraft.after(0);
    PciSlots.SparePlaces places = PciSlots.spareOf(launch);
    new DevicePlanner(draft, places)
        .nic(lan, LauncherFixture.DOMAIN, Optional.empty(), new VhostNet(device, Optional.empty()));
    return new DevicePlan(
        lan.kind(), lan.name(), draft.assembly(), draft.devices(), places.taken());
  }

  private static DevicePlan plan(LauncherFixture host, Machine machine, Nic nic)
      throws InterruptedException {
    return host.launcher()
        .planDevice(
            machine,
            machine.launch(),
            nic,
            HeldResources.none(),
            Deadline.of(LauncherFixture.LIMIT));
  }

  private static void add(LauncherFixture host, Machine machine, DevicePlan plan)
      throws InterruptedException {
    host.launcher()
        .addDevice(
            machine,
            machine.launch(),
            plan,
            HeldResources.none(),
            Deadline.of(LauncherFixture.LIMIT));
  }

  private static void free(Machine machine, Backend backend) throws InterruptedException {
    machine.qmp().execute(backend.free(), Deadline.of(LauncherFixture.LIMIT));
  }

  @Test
  void aBridgeKeepsItsAddressAndItsMtu() throws Exception {
    PrivateNetwork.in(
        () -> {
          PrivateNetwork.ip("link", "add", "br0", "type", "bridge");
          String up = "52:54:00:00:00:01";
          PrivateNetwork.ip("link", "add", "up0", "address", up, "mtu", "1400", "type", "veth");
          PrivateNetwork.ip("link", "set", "up0", "master", "br0");
          String before = PrivateNetwork.ip("-o", "link", "show", "br0");
          try (var tap =
              TapDevices.open(
                  new TapSource.OnBridge("br0", "00:00:00:00:00:02"), HeldResources.none())) {
            assertThat(tap.descriptor().valid()).isTrue();
            assertThat(PrivateNetwork.ip("-o", "link", "show", "berth0")).contains("mtu 1400");
            return assertThat(linkAddress(PrivateNetwork.ip("-o", "link", "show", "br0")))
                .isEqualTo(linkAddress(before));
          }
        });
  }

  @Test
  void aTapOfTheUsersIsUsedAndLeftAsItWas() throws Exception {
    PrivateNetwork.in(
        () -> {
          PrivateNetwork.ip("tuntap", "add", "dev", "tap7", "mode", "tap");
          try (var host = LauncherFixture.in(home)) {
            Machine machine = host.launch(on(new Network.Tap("tap7")));

            LaunchRecord second = host.plan(on(new Network.Tap("tap7")));
            assertThatThrownBy(
                    () ->
                        host.launcher()
                            .launch(
                                second,
                                HeldResources.none(),
                                () -> {},
                                event -> {},
                                Deadline.of(LauncherFixture.LIMIT)))
                .isInstanceOf(HostFailureException.class)
                .hasMessageContaining("network interface 'lan'")
                .hasMessageContaining("another process has it open");
            machine.process().kill();
            machine.process().exit().get();
          }
          return assertThat(PrivateNetwork.ip("link")).contains("tap7");
        });
  }

  @Test
  void aTapThatIsGivenOpenIsUsedAsItIs() throws Exception {
    PrivateNetwork.in(
        () -> {
          PrivateNetwork.ip("tuntap", "add", "dev", "tap7", "mode", "tap");
          try (var host = LauncherFixture.in(home)) {
            Machine machine = launchWithOpenTap(host);

            assertThat(OpenFiles.of(machine.process().pid())).contains("/dev/net/tun");
            return assertThat(OpenFiles.ofThisProcess()).doesNotContain("/dev/net/tun");
          }
        });
  }

  private static Machine launchWithOpenTap(LauncherFixture host) throws InterruptedException {
    DomainDefinition definition = on(new Network.OpenTap("uplink"));
    try (var open = TapDevices.open(new TapSource.Existing("tap7"), HeldResources.none());
        var held = HeldResources.copyOf(Map.of("uplink", open.descriptor()), Map.of())) {
      LaunchRecord launch =
          host.owning(host.launcher().plan(LauncherFixture.DOMAIN, 1, definition, held));
      return host.launcher()
          .launch(launch, held, () -> {}, event -> {}, Deadline.of(LauncherFixture.LIMIT));
    }
  }

  @Test
  void whatIsMissingIsReportedAllAtOnce() throws Exception {
    PrivateNetwork.in(
        () -> {
          try (var host = LauncherFixture.in(home)) {
            DomainDefinition definition =
                Definitions.withNics(
                    Definitions.bare(), nic("lan", BRIDGE), nic("dmz", new Network.Tap("tap9")));
            return assertThatThrownBy(() -> host.plan(definition))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                    "nics[0].bridge: there is no bridge 'br0': make it with 'ip link add br0 type"
                        + " bridge'")
                .hasMessageContaining(
                    "nics[1].tap: there is no tap device 'tap9': make it with 'ip tuntap add dev"
                        + " tap9 mode tap user root'");
          }
        });
  }

  @Test
  void aHostWithoutThePrivilegeIsToldWhichOneItLacks() throws Exception {
    List<Problem> problems = new ArrayList<>();

    NetworkChecks.check(
        List.of(nic("lan", new Network.Bridge("lo"))),
        HeldResources.none(),
        List.of("Name:\tjava", "CapEff:\t00000000a80425fb"),
        TapCases.VHOST,
        problems);

    assertThat(problems)
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("needs CAP_NET_ADMIN: run it as root");
  }

  @Test
  void whatIsNoBridgeIsNamed() throws Exception {
    PrivateNetwork.in(
        () -> {
          PrivateNetwork.ip("link", "add", "up0", "type", "veth");
          TapSource tap = new TapSource.OnBridge("up0", "52:54:00:12:34:56");
          return assertThatThrownBy(() -> TapDevices.open(tap, HeldResources.none()).close())
              .hasMessageStartingWith("cannot join bridge 'up0': it is no bridge");
        });
  }

  private static void makeBridge() throws Exception {
    PrivateNetwork.ip("link", "add", "br0", "type", "bridge");
    PrivateNetwork.ip("address", "add", "10.77.0.1/24", "dev", "br0");
    PrivateNetwork.ip("link", "set", "br0", "up");
  }

  private static String linkAddress(String link) {
    return link.replaceFirst("(?s).*link/ether (\\S+).*", "$1");
  }

  private static DomainDefinition on(Network network) {
    return Definitions.withNics(Definitions.bare(), nic("lan", network));
  }

  private static DomainDefinition guestOn(Network network) {
    TestGuest guest = TestGuest.locate();
    return Definitions.withNics(
        Definitions.withBoot(
            Definitions.guest(),
            new Boot.Kernel(
                guest.kernel(),
                Optional.of(guest.initrd()),
                TestGuest.cmdline("g.ip=10.77.0.2/24"))),
        nic("lan", network));
  }

  private static Nic nic(String name, Network network) {
    return new Nic(name, network, Optional.of("52:54:00:12:34:56"), Optional.empty());
  }
}
