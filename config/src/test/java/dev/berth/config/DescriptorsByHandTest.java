package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import dev.berth.testing.contract.OpenFiles;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** File descriptors that are given to real QEMUs by hand. */
@Tag("once")
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class DescriptorsByHandTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  @TempDir private Path directory;
  private TestHome home;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    home = new TestHome(Files.createDirectory(directory.resolve("home")));
    image = Files.write(directory.resolve("extra.raw"), new byte[1 << 20]);
  }

  @AfterEach
  void nothingStaysOpen() throws IOException {
    home.clear();
    assertThat(open(ProcessHandle.current().pid())).isEmpty();
  }

  @Test
  void aDiskIsAddedByHand() throws Exception {
    addADisk();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void aDiskIsAddedByHandToEachVersion(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    addADisk();
  }

  private void addADisk() throws Exception {
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      long pid = home.startIdle(host, "vm").machine().orElseThrow().pid().orElseThrow();

      int set = add(host, "vm", file.getFD());
      assertThat(set).isEqualTo(10_000);
      addNode(host, "vm", set);
      assertThat(open(pid)).as("QEMU has it open").isNotEmpty();

      send(host, "vm", "blockdev-del", "{\"node-name\":\"extra\"}");
      send(host, "vm", "remove-fd", "{\"fdset-id\":" + set + "}");
      host.resume(VM, PATIENT);
      send(host, "vm", "getfd", "{}", file.getFD());
      send(host, "vm", "closefd", "{\"fdname\":\"extra\"}");
      assertThatThrownBy(() -> send(host, "vm", "closefd", "{\"fdname\":\"extra\"}"))
          .isInstanceOf(QemuRefusedException.class);
    }
  }

  @Test
  void twoMachinesThatAreGivenOneOpenFileDoNotShareItsLocks() throws Exception {
    String[] command = {"qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "1M"};
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      for (String domain : List.of("vm", "other")) {
        home.startIdle(host, domain);
        addNode(host, domain, add(host, domain, file.getFD()));
      }
      String node = "{\"driver\":\"qcow2\",\"node-name\":\"format\",\"file\":\"extra\"}";
      send(host, "vm", "blockdev-add", node);

      assertThatThrownBy(() -> send(host, "other", "blockdev-add", node))
          .isInstanceOf(QemuRefusedException.class)
          .hasMessageContaining("lock");
    }
  }

  @Test
  void aFileThatAnotherDomainWasStartedWithIsRefused() throws Exception {
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      home.define(host, "one", "memory: 64MiB", "disks: [{name: data, fd: data-fd, format: raw}]");
      host.start(
          DomainRef.of("one"),
          StartMode.PAUSED,
          Resources.of(Map.of("data-fd", file.getFD()), Map.of()),
          PATIENT);
      home.startIdle(host, "vm");

      assertThatThrownBy(() -> add(host, "vm", file.getFD()))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("Cannot give domain 'vm' a file by hand")
          .hasMessageContaining("domain 'one' has open");
      assertThat(host.domain(VM).machine().orElseThrow().touched()).isEmpty();
    }
  }

  @Test
  void aDaemonThatIsKilledInBetweenLeavesTheNextOneAndTheGuestInOrder() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(home.directory())) {
      daemon.awaitServing();
      try (VmHost host = connect();
          RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        QemuOf qemu = QemuOf.machine(home.directory(), home.startIdle(host, "vm"));
        int before = OpenFiles.of(daemon.pid()).size();

        qemu.freeze();
        assertThatThrownBy(
                () ->
                    host.qmp(
                        VM,
                        QmpRequest.of("add-fd", "{\"fdset-id\":10000}"),
                        extra(file.getFD()),
                        CallOptions.within(Duration.ofMillis(200))))
            .isInstanceOf(DeadlineExceededException.class);
        awaitThat("the daemon holds it", () -> !open(daemon.pid()).isEmpty());
        qemu.thaw();
        awaitThat("it is closed when QEMU has it", () -> open(daemon.pid()).isEmpty());
        awaitThat("nothing else is open", () -> OpenFiles.of(daemon.pid()).size() <= before);

        qemu.freeze();
        CompletableFuture<Integer> cutOff =
            CompletableFuture.supplyAsync(() -> addUnchecked(host, file));
        awaitThat("the daemon holds it again", () -> !open(daemon.pid()).isEmpty());
        daemon.kill();
        qemu.thaw();
        assertThatThrownBy(cutOff::join)
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(BerthException.class);
      }
    }
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      TestHome.settled(host, VM);
      host.resume(VM, PATIENT);
      int set = add(host, "vm", file.getFD());
      addNode(host, "vm", set);
    }
  }

  private VmHost connect() {
    return VmHost.connect(URI.create("unix:" + home.directory().resolve("control.sock")));
  }

  private static void addNode(VmHost host, String domain, int set) throws IOException {
    send(
        host,
        domain,
        "blockdev-add",
        "{\"driver\":\"file\",\"node-name\":\"extra\",\"filename\":\"/dev/fdset/" + set + "\"}");
  }

  private static int addUnchecked(VmHost host, RandomAccessFile file) {
    try {
      return add(host, "vm", file.getFD());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int add(VmHost host, String domain, FileDescriptor descriptor) throws IOException {
    return send(host, domain, "add-fd", "{}", descriptor).path("fdset-id").asInt();
  }

  private static JsonNode send(VmHost host, String domain, String command, String arguments)
      throws IOException {
    return Json.read(host.qmp(DomainRef.of(domain), QmpRequest.of(command, arguments), PATIENT));
  }

  private static JsonNode send(
      VmHost host, String domain, String command, String arguments, FileDescriptor descriptor)
      throws IOException {
    QmpRequest request = QmpRequest.of(command, arguments);
    return Json.read(host.qmp(DomainRef.of(domain), request, extra(descriptor), PATIENT));
  }

  private static Resources extra(FileDescriptor descriptor) {
    return Resources.of(Map.of("extra", descriptor), Map.of());
  }

  /** What a process has open of the image. */
  private List<String> open(long pid) throws IOException {
    return OpenFiles.of(pid).stream().filter(image.toString()::equals).toList();
  }

  private interface Check {
    boolean holds() throws IOException;
  }

  private static void awaitThat(String what, Check check) {
    QemuOf.awaitThat(
        what,
        () -> {
          try {
            return check.holds();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
