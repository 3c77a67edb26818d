package dev.berth.engine.device;

import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.host.NicSummary;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.TapSource;
import java.util.List;
import java.util.Optional;

/** The network interfaces of a domain for callers. Pure. */
public final class NicList {
  private NicList() {}

  public static List<NicSummary> of(List<DeviceRow> rows) {
    return rows.stream().map(NicList::summary).toList();
  }

  private static NicSummary summary(DeviceRow row) {
    Optional<Nic> defined = row.defined().map(Nic.class::cast);
    return new NicSummary(
        row.name(),
        row.device()
            .map(device -> network(row.steps()))
            .or(() -> defined.map(nic -> text(nic.network())))
            .orElseThrow(),
        mac(row.steps()).or(() -> defined.flatMap(Nic::mac)),
        row.device().map(device -> servedBy(row.steps())),
        withoutVhost(row.steps()),
        row.scope(),
        row.place(),
        row.leaving());
  }

  private static Optional<String> mac(List<AssemblyStep> steps) {
    return steps.stream()
        .filter(Execute.class::isInstance)
        .map(step -> ((Execute) step).arguments().path("mac").asText())
        .filter(mac -> !mac.isEmpty())
        .findFirst();
  }

  private static String servedBy(List<AssemblyStep> steps) {
    return steps.stream().anyMatch(PassVhost.class::isInstance) ? "vhost-net" : "qemu";
  }

  private static Optional<String> withoutVhost(List<AssemblyStep> steps) {
    return steps.stream()
        .filter(PassTap.class::isInstance)
        .flatMap(step -> ((PassTap) step).withoutVhost().stream())
        .findFirst();
  }

  private static String network(List<AssemblyStep> steps) {
    return steps.stream()
        .filter(PassTap.class::isInstance)
        .map(step -> text(((PassTap) step).tap()))
        .findFirst()
        .orElse("user");
  }

  private static String text(TapSource tap) {
    if (tap instanceof TapSource.Given given) {
      return "fd:" + given.resource();
    }
    return tap instanceof TapSource.OnBridge made
        ? "bridge " + made.bridge()
        : "tap " + ((TapSource.Existing) tap).device();
  }

  private static String text(Network network) {
    if (network instanceof Network.OpenTap open) {
      return "fd:" + open.descriptor();
    }
    if (network instanceof Network.Bridge bridge) {
      return "bridge " + bridge.name();
    }
    return network instanceof Network.Tap tap ? "tap " + tap.device() : "user";
  }
}
