package dev.berth.machine;

import dev.berth.definition.DeviceKind;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.ResourceNames;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.ServeShare;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The frozen facts a machine is started with. Persisted before anything is spawned; adoption,
 * hotplug and migration read it, never the definition.
 *
 * @param subject which domain, which definition, which launch
 * @param qemu the binary and its version
 * @param hardware what the guest sees, resolved
 * @param argv QEMU's whole command line, the binary first
 * @param assembly the QMP steps that complete the machine under {@code -S}, in order
 * @param devices what was given which ids and addresses
 * @param files where the machine's files are
 * @param inherited what QEMU has open from the start, in the order of its descriptors
 */
public record LaunchRecord(
    Subject subject,
    Qemu qemu,
    Hardware hardware,
    List<String> argv,
    List<AssemblyStep> assembly,
    List<DeviceRecord> devices,
    MachineFiles files,
    List<InheritedFile> inherited) {

  /** The id of the chardev behind the guest agent's port. */
  public static final String AGENT = "agent";

  /** The device id of the guest agent's port, in a machine that has one. */
  public static final String AGENT_PORT = "agent-port";

  /** Copies the lists. */
  public LaunchRecord {
    argv = List.copyOf(argv);
    assembly = List.copyOf(assembly);
    devices = List.copyOf(devices);
    inherited = List.copyOf(inherited);
  }

  /** A record of a machine that inherits no file. */
  public LaunchRecord(
      Subject subject,
      Qemu qemu,
      Hardware hardware,
      List<String> argv,
      List<AssemblyStep> assembly,
      List<DeviceRecord> devices,
      MachineFiles files) {
    this(subject, qemu, hardware, argv, assembly, devices, files, List.of());
  }

  /** The kind of a place where a device can be plugged in, and none is. */
  public static final String SPARE_PORT = "spare-port";

  /** The kind of a share. */
  public static final String SHARE = "share";

  /** The kind of a share whose server has ended, so that the guest does not reach it any more. */
  public static final String LOST_SHARE = "lost-share";

  /** The kind of a graphics card. */
  public static final String VIDEO = "video";

  /** The machine type of what stands in for a machine. */
  public static final String STAND_IN = "none";

  /** Whether it is no machine with a guest, but what stands in for one. */
  public boolean isStandIn() {
    return hardware.machineType().equals(STAND_IN);
  }

  /** How messages begin about a launch that fails. */
  public String cannotStart() {
    return isStandIn()
        ? "Cannot open the disks of domain '" + subject.name() + "'"
        : "Cannot start domain '" + subject.name() + "'";
  }

  /** What ends the address of a VNC that asks for a password. */
  public static final String VNC_PASSWORD = ",password=on";

  /** Whether the machine has a screen. */
  public boolean hasScreen() {
    return devices.stream().anyMatch(device -> device.kind().equals(VIDEO));
  }

  /** Whether the machine's VNC asks for a password. */
  public boolean asksForVncPassword() {
    return argv.stream().anyMatch(word -> word.startsWith("unix:") && word.endsWith(VNC_PASSWORD));
  }

  /** What serves the machine's shares. */
  public List<ServeShare> served() {
    return assembly.stream()
        .filter(ServeShare.class::isInstance)
        .map(ServeShare.class::cast)
        .toList();
  }

  /** What the machine is given that no path leads to: the names of files and secrets. */
  public ResourceNames resources() {
    Set<String> descriptors = new HashSet<>();
    Set<String> secrets = new HashSet<>();
    for (AssemblyStep step : assembly) {
      if (step instanceof PassGivenFile pass) {
        descriptors.add(pass.resource());
      } else if (step instanceof PassTap pass && pass.tap() instanceof TapSource.Given given) {
        descriptors.add(given.resource());
      } else if (step instanceof AddSecret add) {
        secrets.add(add.resource());
      }
    }
    return new ResourceNames(descriptors, secrets);
  }

  /** The share of that name, lost or not. */
  public DeviceRecord share(String name) {
    return PluggedDevice.devices(this, DeviceKind.SHARE).stream()
        .filter(device -> device.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no share " + name));
  }

  /** The names of the shares that were lost. */
  public List<String> lostShares() {
    return devices.stream()
        .filter(device -> device.kind().equals(LOST_SHARE))
        .map(DeviceRecord::name)
        .toList();
  }

  /** The record of the same machine when that share is lost. */
  public LaunchRecord withLostShare(String name) {
    return with(
        assembly,
        devices.stream()
            .map(
                device ->
                    device.kind().equals(SHARE) && device.name().equals(name)
                        ? new DeviceRecord(
                            device.id(), LOST_SHARE, name, device.bus(), device.nodes())
                        : device)
            .toList());
  }

  /** The record of the same machine with other devices, made by other steps. */
  public LaunchRecord with(List<AssemblyStep> otherSteps, List<DeviceRecord> otherDevices) {
    return new LaunchRecord(
        subject, qemu, hardware, argv, otherSteps, otherDevices, files, inherited);
  }

  /**
   * The record of the same machine when the revision after that one says of the definition what was
   * done to the machine. A machine that was not as the definition had it is not so now.
   */
  public LaunchRecord following(long revision) {
    long next =
        subject.definitionRevision() == revision ? revision + 1 : subject.definitionRevision();
    return new LaunchRecord(
        new Subject(subject.domain(), subject.name(), next, subject.incarnation()),
        qemu,
        hardware,
        argv,
        assembly,
        devices,
        files,
        inherited);
  }

  /**
   * The record of the same machine without a device; the root port that had it is spare again.
   *
   * @param plugged one of its devices
   */
  public LaunchRecord without(PluggedDevice plugged) {
    List<AssemblyStep> steps = new ArrayList<>(assembly);
    steps.removeAll(plugged.steps());
    List<DeviceRecord> others = new ArrayList<>(devices);
    others.remove(plugged.device());
    String bus = plugged.device().bus();
    if (bus.startsWith("port")) {
      others.add(new DeviceRecord(bus, SPARE_PORT, "", "pcie.0", List.of()));
    }
    return with(steps, others);
  }

  /** The launch's random id. */
  public String incarnation() {
    return subject.incarnation();
  }

  /** Whether the machine has a channel for a guest agent. */
  public boolean hasAgentChannel() {
    return devices.stream().anyMatch(device -> device.id().equals(AGENT_PORT));
  }

  /**
   * Which launch of which domain.
   *
   * @param domain the domain's UUID
   * @param name the domain's name
   * @param definitionRevision the revision that was resolved
   * @param incarnation 32 random hexadecimal digits; part of the run directory's path and so of the
   *     argv
   */
  public record Subject(
      UUID domain, DomainName name, long definitionRevision, String incarnation) {}

  /**
   * The QEMU that runs it.
   *
   * @param binary absolute path
   * @param version e.g. {@code 7.2.22}
   */
  public record Qemu(Path binary, String version) {}

  /**
   * The guest-visible machine.
   *
   * @param machineType versioned, never an alias
   * @param cpuModel as given to {@code -cpu}
   * @param cpus number of virtual CPUs
   * @param memory guest RAM
   * @param accelerator {@code kvm} or {@code tcg}
   * @param acceleratorReason why that one
   */
  public record Hardware(
      String machineType,
      String cpuModel,
      int cpus,
      ByteSize memory,
      String accelerator,
      String acceleratorReason) {

    /** The CPU model alone. */
    public String model() {
      return cpuModel.split(",", 2)[0];
    }
  }

  /**
   * A device and what it was given.
   *
   * @param id QEMU device id
   * @param kind e.g. {@code disk}, {@code nic}
   * @param name the name in the definition, empty for devices without one
   * @param bus bus and slot, e.g. {@code port1}
   * @param nodes block node names, outermost first; empty for other devices
   */
  public record DeviceRecord(String id, String kind, String name, String bus, List<String> nodes) {

    /** Copies the list. */
    public DeviceRecord {
      nodes = List.copyOf(nodes);
    }
  }
}
