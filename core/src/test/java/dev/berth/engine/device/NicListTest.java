package dev.berth.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.host.NicSummary;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.TapSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NicListTest {
  private static final TapSource TAP = new TapSource.Existing("tap0");

  @Test
  void whatCarriesPacketsIsToldOfInterfacesThatArePluggedIn() {
    NicSummary byKernel =
        plugged(
            new PassTap("net-lan", "lan", TAP),
            new PassVhost("vhost-lan", "lan", Path.of("/dev/vhost-net")));
    NicSummary byQemu = plugged(new PassTap("net-lan", "lan", TAP));

    assertThat(byKernel.network()).isEqualTo("tap tap0");
    assertThat(byKernel.servedBy()).contains("vhost-net");
    assertThat(byKernel.servedReason()).isEmpty();
    assertThat(byQemu.servedBy()).contains("qemu");
    assertThat(byQemu.servedReason()).isEmpty();
    assertThat(defined().servedBy()).isEmpty();
  }

  @Test
  void whyTheKernelDoesNotCarryThemIsTold() {
    NicSummary nic =
        plugged(new PassTap("net-lan", "lan", TAP, Optional.of("this host has no /dev/vhost-net")));

    assertThat(nic.servedBy()).contains("qemu");
    assertThat(nic.servedReason()).contains("this host has no /dev/vhost-net");
  }

  private static NicSummary plugged(AssemblyStep... steps) {
    return NicList.of(
            List.of(
                new DeviceRow(
                    "lan",
                    Optional.of(new DeviceRecord("nic-lan", "nic", "lan", "port1", List.of())),
                    List.of(steps),
                    Optional.empty(),
                    Optional.empty())))
        .get(0);
  }

  private static NicSummary defined() {
    Nic nic = new Nic("lan", new Network.Tap("tap0"), Optional.empty(), Optional.empty());
    return NicList.of(
            List.of(
                new DeviceRow(
                    "lan", Optional.empty(), List.of(), Optional.of(nic), Optional.empty())))
        .get(0);
  }
}
