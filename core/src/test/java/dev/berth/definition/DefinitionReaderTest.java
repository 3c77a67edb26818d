package dev.berth.definition;

import static dev.berth.definition.Documents.read;
import static dev.berth.definition.Documents.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskAttachment.Cache;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class DefinitionReaderTest {
  private static final String EVERYTHING =
      """
      name: web-1
      uuid: 1B4E28BA-2fa1-11d2-883f-0016d3cca427
      labels: {team: web, "on": "1.10", answer: yes}
      cpus: 4
      memory: 2GiB
      machine: pc-q35-7.2
      cpu: qemu64
      accelerator: tcg
      boot:
        kernel: /boot/vmlinuz
        initrd: ./initrd.img
        cmdline: "console=ttyS0, quiet: yes"
      disks:
        - name: root
          file: images/root,v1.qcow2
          format: qcow2
        - name: cd
          format: raw
          device: cdrom
          bus: sata
          cache: none
          discard: ignore
          serial: CD-1
          boot-order: 2
      nics:
        - name: net0
          network: user
          forwards:
            - {host-port: 8080, guest-port: 80}
            - {protocol: udp, host: 0.0.0.0, host-port: 8080, guest-port: 53}
        - {name: net1, network: tap, tap: tap0, mac: "52:54:00:AB:CD:EF", boot-order: 1}
        - {name: net2, network: bridge, bridge: br0, vhost: off}
      console: {log-limit: 64KiB}
      rng: false
      balloon: false
      agent: false
      autostart: true
      restart: on-failure-or-unknown
      shutdown-order: 10
      """;

  @Test
  void everyKeyArrivesInTheDefinition() {
    assertThat(read(EVERYTHING))
        .isEqualTo(
            new DomainDefinition(
                new DomainName("web-1"),
                Optional.of(UUID.fromString("1b4e28ba-2fa1-11d2-883f-0016d3cca427")),
                Map.of("team", "web", "on", "1.10", "answer", "yes"),
                new Compute(
                    4,
                    ByteSize.mebibytes(2048),
                    "pc-q35-7.2",
                    Optional.of("qemu64"),
                    AcceleratorChoice.TCG),
                new Boot.Kernel(
                    Path.of("/boot/vmlinuz"),
                    Optional.of(Path.of("/srv/vms/initrd.img")),
                    "console=ttyS0, quiet: yes"),
                List.of(
                    new Disk(
                        "root",
                        DiskDevice.DISK,
                        DiskFormat.QCOW2,
                        Optional.of(Path.of("/srv/vms/images/root,v1.qcow2")),
                        Access.READ_WRITE),
                    new Disk(
                        "cd",
                        DiskDevice.CDROM,
                        DiskFormat.RAW,
                        Optional.empty(),
                        Access.READ_ONLY,
                        new DiskAttachment(
                            Bus.SATA,
                            Cache.NONE,
                            Discard.IGNORE,
                            Optional.of("CD-1"),
                            Optional.of(2)))),
                List.of(
                    new Nic(
                        "net0",
                        List.of(
                            new PortForward(Protocol.TCP, "127.0.0.1", 8080, 80),
                            new PortForward(Protocol.UDP, "0.0.0.0", 8080, 53))),
                    new Nic(
                        "net1",
                        new Network.Tap("tap0"),
                        Optional.of("52:54:00:ab:cd:ef"),
                        Optional.of(1)),
                    new Nic("net2", new Network.Bridge("br0"), Optional.empty(), Optional.empty())
                        .served(VhostChoice.OFF)),
                new Devices(
                    new ByteSize(64 << 10), Presence.ABSENT, Presence.ABSENT, Presence.ABSENT),
                new Policies(
                    Policies.Autostart.ONCE_PER_BOOT, Policies.Restart.ON_FAILURE_OR_UNKNOWN, 10)));
  }

  @Test
  void everythingButTheNameHasADefault() {
    assertThat(read("name: web-1"))
        .isEqualTo(
            new DomainDefinition(
                new DomainName("web-1"),
                Optional.empty(),
                Map.of(),
                new Compute(
                    1, ByteSize.mebibytes(512), "q35", Optional.empty(), AcceleratorChoice.AUTO),
                new Boot.Firmware(),
                List.of(),
                List.of(),
                new Devices(
                    ByteSize.mebibytes(1), Presence.PRESENT, Presence.PRESENT, Presence.PRESENT)));
  }

  @Test
  void aTopologyWithoutANumberOfCpusMakesThatNumber() {
    Compute compute =
        read("name: a\ntopology: {sockets: 2, threads: 3}\ncpu-features: [+avx2, -hle]").compute();

    assertThat(compute.cpus()).isEqualTo(6);
    assertThat(compute.topology()).contains(new CpuTopology(2, 1, 1, 3));
    assertThat(compute.features())
        .containsExactly(
            new CpuFeature("avx2", Presence.PRESENT), new CpuFeature("hle", Presence.ABSENT));
  }

  @Test
  void memoryCanBeBackedByHugePagesOrADirectory() {
    assertThat(read("name: a\nmemory-backing: {kind: memfd, hugepages: 2MiB}").compute().backing())
        .isEqualTo(
            new MemoryBacking(
                MemoryBacking.Kind.MEMFD,
                Optional.of(ByteSize.mebibytes(2)),
                Optional.empty(),
                MemoryBacking.Sharing.PRIVATE,
                MemoryBacking.Allocation.ON_USE));
    assertThat(
            read("name: a\nmemory-backing: {kind: file, directory: /m, shared: true}")
                .compute()
                .backing()
                .directory())
        .contains(Path.of("/m"));
  }

  @Test
  void devicesThatAreThereOnlyWhenAskedForAreAskedForByTheirKeys() {
    DomainDefinition definition =
        read(
            """
            name: a
            consoles: [aux, debug]
            video: virtio
            usb: [tablet]
            watchdog: inject-nmi
            panic: pci
            vsock: 42
            """);

    assertThat(definition.devices().peripherals())
        .isEqualTo(
            new Peripherals(
                Optional.of(Peripherals.Video.VIRTIO),
                Optional.of(new Peripherals.Usb(List.of(Peripherals.UsbDevice.TABLET))),
                Optional.of(Peripherals.WatchdogAction.INJECT_NMI),
                Peripherals.PanicDevice.PCI,
                Optional.of(42),
                List.of("aux", "debug"),
                List.of(),
                Optional.empty(),
                Peripherals.VncAccess.OPEN,
                NamedPorts.NONE));
  }

  @Test
  void channelsAreNamedAsTheGuestSeesThem() {
    assertThat(
            read("name: a\nchannels: [org.example.chan.0, log]")
                .devices()
                .peripherals()
                .ports()
                .channels())
        .containsExactly("org.example.chan.0", "log");
  }

  @Test
  void uefiIsWithoutSecureBootUnlessAskedFor() {
    assertThat(read("name: a\nboot: {firmware: uefi}").boot())
        .isEqualTo(new Boot.Uefi(Boot.SecureBoot.OFF));
    assertThat(read("name: a\nboot: {firmware: uefi, secure-boot: true}").boot())
        .isEqualTo(new Boot.Uefi(Boot.SecureBoot.ON));
  }

  @Test
  void jsonIsReadAsWell() {
    assertThat(read("{\n\t\"name\": \"web-1\",\n\t\"cpus\": 2,\n\t\"labels\": {\"a\": \"\\/\"}\n}"))
        .isEqualTo(read("name: web-1\ncpus: 2\nlabels: {a: /}"));
  }

  @Test
  void aYamlMappingInBracesIsReadAsWell() {
    assertThat(read("{name: web-1, cpus: 2}")).isEqualTo(read("name: web-1\ncpus: 2"));
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertThat(read("\uFEFFname: web-1")).isEqualTo(read("name: web-1"));
  }

  @Test
  void pathsKeepTheirParentStepsBecauseOfSymbolicLinks() {
    Disk disk = read("name: a\ndisks: [{name: a, file: ../a.img, format: raw}]").disks().get(0);

    assertThat(disk.file()).contains(Path.of("/srv/vms/../a.img"));
  }

  @Test
  void problemsComeInDocumentOrder() {
    List<Problem> problems = refusal("memory: lots\nmemroy: 1\ncpus: 0\nname: a/b").problems();

    assertThat(problems).extracting(Problem::line).containsExactly(1, 2, 3, 4);
  }

  @Test
  void anAvalancheOfProblemsIsCut() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("key-number-").append(i).append(": 1\n");
    }

    List<Problem> problems = refusal(text.toString()).problems();

    assertThat(problems).hasSize(Reading.MAX_PROBLEMS + 1);
    assertThat(problems.get(Reading.MAX_PROBLEMS).message())
        .isEqualTo("and 19901 more problems: mend these first");
  }

  @Test
  void aDocumentOfMoreValuesThanAnyDefinitionHasIsRefused() {
    assertThat(refusal("name: a\nlabels: [" + "1,".repeat(DocumentParser.MAX_VALUES) + "]"))
        .hasMessageContaining("more than 32768 values");
  }

  @Test
  void aDocumentOverOneMebibyteIsRefused() {
    assertThat(refusal("name: a #" + "x".repeat(DocumentParser.MAX_BYTES)))
        .hasMessageContaining("larger than 1MiB");
  }

  @Test
  void aDefinitionFromCodeIsHeldToTheSameRules() {
    DomainDefinition sound = read("name: web-1\nboot: {kernel: /k}");
    Compute compute =
        new Compute(0, new ByteSize(5), "q35", Optional.empty(), AcceleratorChoice.KVM);
    DomainDefinition unsound =
        new DomainDefinition(
            sound.name(),
            sound.uuid(),
            Map.of("a", "line\nbreak"),
            compute,
            sound.boot(),
            List.of(),
            List.of(),
            sound.devices());

    DefinitionReader.check(sound);

    assertThatThrownBy(() -> DefinitionReader.check(unsound))
        .isInstanceOf(InvalidDefinitionException.class)
        .hasMessage(
            "definition of web-1: labels.a: a label's value is plain text on one line, this one"
                + " contains the character U+000A: remove it"
                + System.lineSeparator()
                + "definition of web-1: cpus: expected a whole number from 1 to 512, found the"
                + " number 0"
                + System.lineSeparator()
                + "definition of web-1: memory: 5B is too small: use 1MiB or more");
  }
}
