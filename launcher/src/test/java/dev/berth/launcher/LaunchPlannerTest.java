package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Boot;
import dev.berth.definition.Boot.SecureBoot;
import dev.berth.definition.Compute;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.definition.Nic;
import dev.berth.definition.Peripherals;
import dev.berth.domain.ByteSize;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.OwnFdset;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.Getfd;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.Violation;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Command lines and assembly steps against golden files. After a wanted change: {@code mvn -pl
 * launcher -am test -Dtest=LaunchPlannerTest -Dgolden.refresh=true}, and read the difference.
 */
final class LaunchPlannerTest {
  private static final Path GOLDEN = Path.of("src/test/golden").toAbsolutePath();
  private static final String NEWEST_MACHINE = "pc-q35-5.2"; // every version has it

  static Stream<Arguments> plans() {
    List<Arguments> plans = new ArrayList<>();
    for (String version : Capabilities.VERSIONS) {
      plans.add(Arguments.of("everything-" + version, version, everything()));
      plans.add(
          Arguments.of("peripherals-" + version, version, PeripheralTest.all(NEWEST_MACHINE)));
    }
    cases().forEach((name, definition) -> plans.add(Arguments.of(name, "7.2.22", definition)));
    return plans.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plans")
  void thePlanIsTheGoldenOne(String name, String version, DomainDefinition definition)
      throws IOException {
    String text = text(plan(version, definition));
    Path golden = GOLDEN.resolve(name + ".txt");
    if (Boolean.getBoolean("golden.refresh")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, text);
    }

    assertThat(Files.exists(golden) ? Files.readString(golden) : "").as(name).isEqualTo(text);
  }

  @Test
  void eachGoldenFileBelongsToACase() throws IOException {
    List<String> names = plans().map(plan -> plan.get()[0] + ".txt").sorted().toList();
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted()).isEqualTo(names);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void everyStepIsOneThatTheSchemaAllows(TestSchema source) {
    QmpSchema schema = source.index();
    Map<String, DomainDefinition> all = cases();
    all.put("everything", everything());
    all.put("peripherals", PeripheralTest.all(NEWEST_MACHINE));
    all.values()
        .removeIf(
            definition ->
                Capabilities.of(source.version())
                    .machineType(definition.compute().machineType())
                    .isEmpty());
    assertThat(all).hasSizeGreaterThan(20);
    all.forEach(
        (name, definition) ->
            plan(source.version(), definition)
                .assembly()
                .forEach(step -> assertThat(problems(schema, step)).as(name + step).isEmpty()));
  }

  private static List<Violation> problems(QmpSchema schema, AssemblyStep step) {
    if (step instanceof PassFile pass) {
      AddFd addFd = AddFd.builder().fdsetId(pass.fdset()).opaque(pass.opaque()).build();
      return schema.check(addFd.command(), addFd.arguments());
    }
    if (step instanceof PassGivenFile pass) {
      AddFd addFd = AddFd.builder().fdsetId(pass.fdset()).opaque(pass.opaque()).build();
      return schema.check(addFd.command(), addFd.arguments());
    }
    if (step instanceof AddSecret add) {
      return schema.check(
          MachineAssembler.ADD_OBJECT, MachineAssembler.secretObject(add, new byte[] {'x'}));
    }
    if (step instanceof PassTap pass) {
      Getfd getfd = new Getfd(pass.name());
      return schema.check(getfd.command(), getfd.arguments());
    }
    if (step instanceof PassVhost pass) {
      Getfd getfd = new Getfd(pass.name());
      return schema.check(getfd.command(), getfd.arguments());
    }
    if (step instanceof ServeShare) {
      return List.of(); // QEMU hears nothing of it
    }
    Execute execute = (Execute) step;
    return schema.check(execute.command(), execute.arguments());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plans")
  void everyFdsetIsThereForOneNode(String name, String version, DomainDefinition definition) {
    LaunchRecord launch = plan(version, definition);
    Set<Long> passed = new TreeSet<>();
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof PassFile pass) {
        passed.add((long) pass.fdset());
      } else if (step instanceof PassGivenFile pass) {
        passed.add((long) pass.fdset());
      }
    }
    for (String word : launch.argv()) {
      if (word.matches("fd=\\d+,set=\\d+")) {
        passed.add(Long.valueOf(word.replaceFirst(".*set=", "")));
      }
    }

    assertThat(OwnFdset.of(launch))
        .extracting(OwnFdset::number)
        .containsExactlyInAnyOrderElementsOf(passed);
    assertThat(OwnFdset.of(launch)).allSatisfy(set -> assertThat(set.node()).isNotEmpty());
  }

  @Test
  void theSameInputGivesTheSameRecord() {
    assertThat(plan("7.2.22", everything())).isEqualTo(plan("7.2.22", everything()));
  }

  private static Map<String, DomainDefinition> cases() {
    DomainDefinition bare = Definitions.bare();
    Path image = Path.of("/images/root,1.img");
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put("bare", bare);
    cases.put(
        "disk-read-only",
        Definitions.withDisks(
            bare, Definitions.disk("root", DiskFormat.RAW, image, Access.READ_ONLY)));
    cases.put(
        "disk-qcow2",
        Definitions.withDisks(
            bare, Definitions.disk("root", DiskFormat.QCOW2, image, Access.READ_WRITE)));
    cases.put(
        "cdrom-without-medium",
        Definitions.withDisks(
            bare,
            new Disk("cd", DiskDevice.CDROM, DiskFormat.RAW, Optional.empty(), Access.READ_ONLY)));
    cases.putAll(DiskCases.all());
    cases.putAll(ComputeCases.all());
    cases.putAll(GivenCases.all());
    cases.putAll(ShareCases.all());
    cases.putAll(PortCases.all());
    cases.putAll(TapCases.all());
    cases.put("peripherals-conventional-pci", PeripheralTest.all("pc"));
    cases.put("uefi", Definitions.withBoot(bare, new Boot.Uefi(SecureBoot.OFF)));
    cases.put("uefi-secure-boot", Definitions.withBoot(bare, new Boot.Uefi(SecureBoot.ON)));
    cases.put(
        "nic-bridge-boot-order",
        Definitions.withNics(
            Definitions.withDisks(
                bare, Definitions.disk("root", DiskFormat.RAW, image, Access.READ_WRITE)),
            new Nic("lan", new Network.Bridge("br0"), Optional.empty(), Optional.of(1))));
    cases.put(
        "conventional-pci",
        Definitions.withCompute(everything(), compute("pc-i440fx-7.2", AcceleratorChoice.TCG)));
    cases.put("kvm", Definitions.withCompute(bare, compute(NEWEST_MACHINE, AcceleratorChoice.KVM)));
    cases.put(
        "many-devices",
        Definitions.withDisks(
            bare,
            Stream.of("a", "b", "c", "d", "e", "f")
                .map(
                    name ->
                        Definitions.disk(
                            name, DiskFormat.RAW, Path.of("/" + name), Access.READ_WRITE))
                .toArray(Disk[]::new)));
    return cases;
  }

  private static DomainDefinition everything() {
    DomainDefinition definition =
        Definitions.withDisks(
            Definitions.bare(),
            Definitions.disk(
                "root", DiskFormat.QCOW2, Path.of("/images/root.qcow2"), Access.READ_WRITE),
            new Disk(
                "seed",
                DiskDevice.CDROM,
                DiskFormat.RAW,
                Optional.of(Path.of("/images/seed.iso")),
                Access.READ_ONLY));
    definition =
        Definitions.withNics(
            definition,
            new Nic(
                "lan",
                List.of(
                    new PortForward(Protocol.TCP, "127.0.0.1", 2222, 22),
                    new PortForward(Protocol.UDP, "0.0.0.0", 5353, 53))),
            new Nic("dmz", List.of()));
    definition = Definitions.withDevices(definition, Definitions.allDevices());
    definition =
        Definitions.withBoot(
            definition,
            new Boot.Kernel(
                Path.of("/boot/vmlinuz"),
                Optional.of(Path.of("/boot/initrd")),
                "console=ttyS0 a=1,2"));
    return Definitions.withCompute(definition, compute(NEWEST_MACHINE, AcceleratorChoice.TCG));
  }

  private static Compute compute(String machine, AcceleratorChoice accelerator) {
    return new Compute(2, ByteSize.mebibytes(512), machine, Optional.empty(), accelerator);
  }

  @Test
  void thereAreAsManyPortsToSpareAsTheDefinitionSays() {
    assertThat(sparePorts(Optional.empty())).isEqualTo(Peripherals.USUAL_SPARE_PORTS);
    assertThat(sparePorts(Optional.of(0))).isZero();
    assertThat(sparePorts(Optional.of(11))).isEqualTo(11);
  }

  private static long sparePorts(Optional<Integer> wanted) {
    Peripherals usual = Peripherals.USUAL;
    Peripherals peripherals =
        new Peripherals(
            usual.video(),
            usual.usb(),
            usual.watchdog(),
            usual.panic(),
            usual.vsockCid(),
            usual.consoles(),
            usual.shares(),
            wanted,
            usual.vnc(),
            usual.ports());
    LaunchRecord launch =
        plan("7.2.22", Definitions.withPeripherals(Definitions.bare(), peripherals));
    long onCommandLine =
        launch.argv().stream().filter(word -> word.startsWith("pcie-root-port")).count();
    long spare =
        launch.devices().stream()
            .filter(device -> device.kind().equals(LaunchRecord.SPARE_PORT))
            .count();
    assertThat(onCommandLine).isEqualTo(spare);
    return spare;
  }

  /** The plan of a definition on a host that has everything. */
  static LaunchRecord plan(String version, DomainDefinition definition) {
    Compute compute = definition.compute();
    boolean kvm = compute.accelerator() == AcceleratorChoice.KVM;
    QemuInstall qemu = Capabilities.install(version);
    return LaunchPlanner.plan(
        new LaunchPlanner.Input(
            new LaunchRecord.Subject(
                LauncherFixture.DOMAIN, definition.name(), 1, "0123456789abcdef0123456789abcdef"),
            definition,
            qemu,
            new LaunchRecord.Hardware(
                qemu.capabilities().machineType(compute.machineType()).orElseThrow().name(),
                ComputePlanner.cpu(kvm ? "host" : "max", compute),
                compute.cpus(),
                compute.memory(),
                kvm ? "kvm" : "tcg",
                "reason"),
            new MachineFiles(
                Path.of("/run/berth/6a2c3b44/01"),
                Path.of("/log/a,b"),
                definition.devices().consoleLogLimit()),
            new ImageFacts(Map.of(), GivenCases.files(definition), DiskCases.below(definition)),
            firmware(definition.boot()),
            TapCases.VHOST,
            Optional.of(ShareCases.SERVER)));
  }

  private static Optional<UefiFirmware> firmware(Boot boot) {
    if (!(boot instanceof Boot.Uefi uefi)) {
      return Optional.empty();
    }
    boolean secure = uefi.secureBoot() == SecureBoot.ON;
    return Optional.of(
        new UefiFirmware(
            new FirmwareDescriptor(
                Path.of(secure ? "/firmware/CODE.secboot.fd" : "/firmware/CODE.fd"),
                Path.of(secure ? "/firmware/VARS.ms.fd" : "/firmware/VARS.fd"),
                List.of("pc-q35-*"),
                secure
                    ? Set.of("secure-boot", "enrolled-keys", "requires-smm")
                    : Set.of("acpi-s3")),
            Path.of("/home/uefi-variables/6a2c3b44/VARS.fd")));
  }

  private static String text(LaunchRecord launch) {
    StringBuilder text = new StringBuilder();
    for (String word : launch.argv()) {
      boolean option = word.startsWith("-") || text.isEmpty();
      text.append(option ? System.lineSeparator() : " ").append(word);
    }
    text.append("\n");
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof PassFile pass) {
        text.append(
            String.format("%npass %s as %s (%s)", pass.file(), pass.fdset(), pass.access()));
      } else if (step instanceof PassGivenFile pass) {
        text.append(
            String.format(
                "%npass given %s (%s) as %s (%s)",
                pass.resource(), pass.file(), pass.fdset(), pass.access()));
      } else if (step instanceof AddSecret add) {
        text.append(String.format("%nadd secret %s as %s", add.resource(), add.id()));
      } else if (step instanceof PassTap pass) {
        text.append(String.format("%npass %s as %s", pass.tap(), pass.name()));
        pass.withoutVhost().ifPresent(why -> text.append(" without vhost: ").append(why));
      } else if (step instanceof PassVhost pass) {
        text.append(String.format("%npass %s as %s", pass.device(), pass.name()));
      } else if (step instanceof ServeShare serve) {
        text.append(String.format("%nserve share %s: %s", serve.share(), serve.command()));
      } else if (step instanceof Execute execute) {
        text.append(String.format("%n%s %s", execute.command(), execute.arguments()));
      }
    }
    text.append("\n");
    launch.devices().forEach(device -> text.append(String.format("%n%s", device)));
    return text.append("\n").substring(1);
  }
}
