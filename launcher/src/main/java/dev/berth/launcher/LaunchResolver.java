package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.DomainDefinition;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.host.HostInfo;
import dev.berth.launcher.QemuCapabilities.MachineType;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Subject;
import dev.berth.machine.MachineFiles;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Resolves a definition against this host: which QEMU, which accelerator, which machine type. */
final class LaunchResolver {
  private static final int INCARNATION_BYTES = 16;

  private final LauncherSettings settings;
  private final QemuFinder finder;
  private final SecureRandom random = new SecureRandom();

  LaunchResolver(LauncherSettings settings, QemuFinder finder) {
    this.settings = settings;
    this.finder = finder;
  }

  LaunchRecord resolve(UUID domain, long revision, DomainDefinition definition)
      throws InterruptedException {
    QemuInstall qemu = finder.find();
    if (definition.compute().accelerator() == AcceleratorChoice.KVM) {
      throw new UnsupportedException(
          "Cannot run domain '" + definition.name() + "' by KVM yet. Use 'accelerator: tcg'.");
    }
    AcceleratorVerdict accelerator =
        new AcceleratorVerdict(AcceleratorVerdict.TCG, "this version of Berth does not use KVM");
    Optional<MachineType> type =
        qemu.capabilities().machineType(definition.compute().machineType());
    if (type.isEmpty()) {
      Problem problem = Problem.at("machine", "this QEMU has no such machine type: use 'q35'");
      throw new InvalidDefinitionException(definition.name().text(), List.of(problem));
    }
    Compute compute = definition.compute();
    String incarnation = incarnation();
    return LaunchPlanner.plan(
        new LaunchPlanner.Input(
            new Subject(domain, definition.name(), revision, incarnation),
            definition,
            qemu,
            new Hardware(
                type.get().name(),
                LaunchPlanner.cpuModel(compute, accelerator.accelerator()),
                compute.cpus(),
                compute.memory(),
                accelerator.accelerator(),
                accelerator.reason()),
            files(domain, incarnation, definition),
            Map.of()));
  }

  List<HostInfo.QemuInfo> qemus() {
    return finder.examined().stream()
        .map(qemu -> new HostInfo.QemuInfo(qemu.binary(), qemu.capabilities().version(), "tcg", ""))
        .toList();
  }

  private MachineFiles files(UUID domain, String incarnation, DomainDefinition definition) {
    String shortDomain = domain.toString().substring(0, 8);
    return new MachineFiles(
        settings.runDirectory().resolve(shortDomain).resolve(incarnation),
        settings.logDirectory().resolve(domain.toString()),
        definition.devices().consoleLogLimit());
  }

  private String incarnation() {
    byte[] bytes = new byte[INCARNATION_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
