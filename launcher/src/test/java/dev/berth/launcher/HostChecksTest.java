package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Boot;
import dev.berth.definition.Compute;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.definition.Nic;
import dev.berth.domain.ByteSize;
import dev.berth.error.Problem;
import dev.berth.image.Qcow2Header;
import dev.berth.machine.HeldResources;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostChecksTest {
  private static final String LOCAL = "127.0.0.1";

  @TempDir Path directory;

  @Test
  void imagesThatQemuCouldNotUseAreProblemsOfTheirFields() throws Exception {
    Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
    Files.write(directory.resolve("empty"), new byte[0]);
    Files.write(directory.resolve("plain"), new byte[4096]);

    assertThat(problem("missing/image", DiskFormat.RAW))
        .contains("disk 'root' does not exist: there is no " + directory.resolve("missing"));
    assertThat(problem("image", DiskFormat.RAW))
        .endsWith("does not exist: correct the path, or put it there");
    assertThat(problem("dangling", DiskFormat.RAW)).contains("leads nowhere");
    assertThat(problem(".", DiskFormat.RAW)).contains("is a directory");
    assertThat(problem("empty", DiskFormat.RAW)).contains("is empty", "qemu-img create");
    assertThat(problem("plain", DiskFormat.QCOW2)).contains("is not a qcow2 image");
  }

  @Test
  void imagesWhoseHeadersNameOtherFilesAreRefused() throws Exception {
    write("chained", header(3, 200, 9).put(200, "/base.img".getBytes(StandardCharsets.UTF_8)));
    write("hostile", header(3, Long.MAX_VALUE, 1 << 30));
    write("split", header(3, 0, 0).putLong(72, 1 << 2));
    write("encrypted", header(2, 0, 0).putInt(32, 1));
    write("corrupt", header(3, 0, 0).putLong(72, 1 << 1));
    write("later", header(4, 0, 0));
    write("cut", ByteBuffer.allocate(80).put(0, header(3, 0, 0).array(), 0, 80));
    write("good", header(3, 0, 0));

    assertThat(problem("chained", DiskFormat.QCOW2))
        .contains("stands on '/base.img'", "backing: follow");
    assertThat(problem("hostile", DiskFormat.QCOW2)).contains("stands on '?'");
    assertThat(problem("split", DiskFormat.QCOW2)).contains("data in another file");
    assertThat(problem("encrypted", DiskFormat.QCOW2)).contains("is encrypted");
    assertThat(problem("corrupt", DiskFormat.QCOW2)).contains("qemu-img check");
    assertThat(problem("later", DiskFormat.QCOW2)).contains("version 4");
    assertThat(problem("cut", DiskFormat.QCOW2)).contains("is not a qcow2 image");
    assertThat(problems(disk("good", DiskFormat.QCOW2))).isEmpty();
    assertThat(problems(disk("chained", DiskFormat.RAW))).isEmpty();
  }

  @Test
  void theSizeAndTheBackingFileAreReadAsTheHeaderHasThem() throws Exception {
    write("image", header(3, 200, 9).put(200, "/base.img".getBytes(StandardCharsets.UTF_8)));

    Qcow2Header header = header(directory.resolve("image")).orElseThrow();

    assertThat(header.virtualSize()).isEqualTo(1 << 20);
    assertThat(header.backingFile()).contains("/base.img");
    assertThat(header.backingFormat()).isEmpty();
  }

  @Test
  void missingKernelFilesAreProblemsOfTheirFields() throws Exception {
    List<Problem> problems = new ArrayList<>();
    Path empty = Files.createFile(directory.resolve("initrd"));

    KernelChecks.check(
        new Boot.Kernel(directory.resolve("vmlinuz"), Optional.of(empty), ""), problems);

    assertThat(problems)
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            tuple(
                "boot.kernel",
                "kernel "
                    + directory.resolve("vmlinuz")
                    + " does not exist: correct the path, or put it there"),
            tuple("boot.initrd", "initrd " + empty + " is empty"));
  }

  @Test
  void takenPortsAreProblemsOfTheirForwards() throws Exception {
    try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getByName(LOCAL));
        DatagramSocket udp = new DatagramSocket(new InetSocketAddress(LOCAL, 0))) {
      List<Problem> problems = new ArrayList<>();
      PortForward free = new PortForward(Protocol.UDP, LOCAL, freePort(), 22);
      PortForward takenTcp = new PortForward(Protocol.TCP, LOCAL, tcp.getLocalPort(), 22);
      PortForward takenUdp = new PortForward(Protocol.UDP, LOCAL, udp.getLocalPort(), 22);
      PortForward foreign = new PortForward(Protocol.TCP, "192.0.2.1", freePort(), 22);

      PortChecks.check(
          List.of(new Nic("a", List.of(free, takenTcp)), new Nic("b", List.of(takenUdp, foreign))),
          problems);

      assertThat(problems)
          .extracting(Problem::path)
          .containsExactly(
              "nics[0].forwards[1].host-port",
              "nics[1].forwards[0].host-port",
              "nics[1].forwards[1].host-port");
      assertThat(problems.get(0).message())
          .isEqualTo(
              "tcp port "
                  + tcp.getLocalPort()
                  + " is taken on this host: choose another, or stop who listens on it");
      assertThat(problems.get(2).message()).contains("192.0.2.1 cannot be listened on");
    }
  }

  @Test
  void unknownHardwareIsAnsweredWithTheNearestThatThereIs() {
    assertThat(hardware(compute(1, "pc-q35-7.9", "EPIC")))
        .containsExactly(
            "cpu: QEMU 7.2.22 has no CPU model 'EPIC': did you mean 'EPYC'?",
            "machine: QEMU 7.2.22 has no machine type 'pc-q35-7.9': did you mean 'pc-q35-2.9'?");
    assertThat(hardware(compute(300, "q35", "host")))
        .containsExactly("cpus: machine type 'q35' takes at most 288 CPUs, not 300");
    assertThat(hardware(compute(1, "microvm", "max")))
        .containsExactly("machine: machine type 'microvm' is not supported: use 'q35' or 'pc'");
  }

  @Test
  void aPanicDeviceThatQemuLacksIsRefused() {
    List<Problem> problems = new ArrayList<>();
    new HardwareChecks(Capabilities.of("5.2.0"), problems).check(PeripheralTest.all("pc-q35-5.2"));

    assertThat(problems)
        .singleElement()
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            "panic", "'panic: pci' needs QEMU 6.0 or newer, and this is 5.2.0: use 'panic: isa'");
  }

  @Test
  void aVsockNeedsTheKernelsHelp() {
    List<Problem> problems = new ArrayList<>();
    VsockChecks.check(
        PeripheralTest.all("q35").devices().peripherals(), directory.resolve("no"), problems);

    assertThat(problems)
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .endsWith("load the kernel module with 'modprobe vhost_vsock', or remove 'vsock'");
  }

  @Test
  void moreDevicesThanTheBusHasRoomForAreRefused() {
    Disk[] disks =
        IntStream.range(0, 30).mapToObj(i -> disk("image", DiskFormat.RAW)).toArray(Disk[]::new);
    DomainDefinition definition =
        Definitions.withDisks(
            Definitions.withCompute(Definitions.bare(), compute(1, "pc", "max")), disks);

    assertThat(hardware(definition))
        .containsExactly(
            "machine: machine type 'pc' has room for 29 PCI devices, and this definition has 30:"
                + " use 'q35', or fewer disks");
  }

  private static List<String> hardware(Compute compute) {
    return hardware(Definitions.withCompute(Definitions.bare(), compute));
  }

  private static List<String> hardware(DomainDefinition definition) {
    List<Problem> problems = new ArrayList<>();
    new HardwareChecks(Capabilities.of("7.2.22"), problems).check(definition);
    return problems.stream().map(problem -> problem.path() + ": " + problem.message()).toList();
  }

  private static Compute compute(int cpus, String machine, String cpu) {
    return new Compute(
        cpus, ByteSize.mebibytes(64), machine, Optional.of(cpu), AcceleratorChoice.TCG);
  }

  private String problem(String file, DiskFormat format) {
    List<Problem> problems = problems(disk(file, format));
    assertThat(problems).singleElement().extracting(Problem::path).isEqualTo("disks[0].file");
    return problems.get(0).message();
  }

  private static Optional<Qcow2Header> header(Path image) throws IOException {
    try (FileChannel file = FileChannel.open(image)) {
      return Qcow2Header.read(file);
    }
  }

  private static List<Problem> problems(Disk disk) {
    List<Problem> problems = new ArrayList<>();
    new ImageChecks(problems).check(List.of(disk), HeldResources.none());
    return problems;
  }

  private Disk disk(String file, DiskFormat format) {
    return Definitions.disk("root", format, directory.resolve(file), Access.READ_WRITE);
  }

  private void write(String file, ByteBuffer content) throws Exception {
    Files.write(directory.resolve(file), content.array());
  }

  /** A header with only what is looked at filled in. */
  private static ByteBuffer header(int version, long backingOffset, int backingLength) {
    return ByteBuffer.allocate(512)
        .putInt(0, 0x514649fb)
        .putInt(4, version)
        .putLong(8, backingOffset)
        .putInt(16, backingLength)
        .putLong(24, 1 << 20);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
