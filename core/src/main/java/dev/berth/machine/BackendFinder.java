package dev.berth.machine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DeviceKind;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what was made for a device: it names its backends, and these name others. Pure. */
final class BackendFinder {
  private final List<AssemblyStep> assembly;
  private final DeviceRecord device;
  private final Set<Backend> found = new LinkedHashSet<>();

  private BackendFinder(List<AssemblyStep> assembly, DeviceRecord device) {
    this.assembly = assembly;
    this.device = device;
  }

  /** The device with what some of those steps have made for it, users before what they use. */
  static BackendFinder of(List<AssemblyStep> assembly, DeviceRecord device) {
    BackendFinder finder = new BackendFinder(assembly, device);
    finder.find();
    return finder;
  }

  /** What was made for it, in the order in which it can be freed. */
  List<Backend> backends() {
    return List.copyOf(found);
  }

  /** The steps that made the device and its backends and set it, in their order. */
  List<AssemblyStep> steps() {
    return assembly.stream()
        .filter(
            step ->
                PluggedDevice.plugs(step, device)
                    || DeviceSetting.isOf(step, device.id())
                    || serves(step)
                    || Backend.madeBy(step).filter(found::contains).isPresent())
        .toList();
  }

  /** Whether the step starts what serves the device, which is a share. */
  private boolean serves(AssemblyStep step) {
    return PluggedDevice.isOf(DeviceKind.SHARE, device)
        && step instanceof ServeShare serve
        && serve.share().equals(device.name());
  }

  private void find() {
    device.nodes().forEach(node -> add(new Backend.Node(node)));
    assembly.stream()
        .filter(step -> PluggedDevice.plugs(step, device))
        .forEach(step -> addNamedBy(((Execute) step).arguments()));
    for (int i = 0; i < found.size(); i++) {
      Backend user = new ArrayList<>(found).get(i);
      assembly.stream()
          .filter(step -> Backend.madeBy(step).equals(Optional.of(user)))
          .filter(Execute.class::isInstance)
          .forEach(step -> addNamedBy(((Execute) step).arguments()));
    }
  }

  private void addNamedBy(JsonNode arguments) {
    arguments
        .properties()
        .forEach(
            each -> {
              if (each.getValue().isObject()) {
                addNamedBy(each.getValue());
              } else {
                Backend.named(each.getKey(), each.getValue().asText()).ifPresent(this::add);
              }
            });
  }

  /** What no step has made, as the nodes of a disk without a medium, is nobody's. */
  private void add(Backend backend) {
    if (assembly.stream().anyMatch(step -> Backend.madeBy(step).equals(Optional.of(backend)))) {
      found.add(backend);
    }
  }
}
