package dev.berth.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DiskSummary;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Media come and go in the drives of a guest, which sees them, and may hold them. */
@Tag("once")
@Timeout(300)
final class MediaChangeTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  private int asked;

  @Test
  void aGuestSeesWhatIsInItsDrives() throws Exception {
    mediaComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionChangesMedia(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    mediaComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35");
  }

  private void mediaComeAndGo(String machine) throws IOException {
    try (VmHost host = home.open()) {
      boot(host, machine);
      insert(host, "cd", "second");
      assertThat(source(host, "cd")).contains(image("second").toString());
      says(host, "dd if=/dev/$(drive virtio) bs=6 count=1", "second");
      says(host, "cat /sys/block/$(drive virtio)/size", "4096");

      says(host, "dd if=/dev/$(drive ata) bs=5 count=1", "first");
      eject(host, "sata", Ejection.ASKED);
      insert(host, "sata", "third");
      says(host, "dd if=/dev/$(drive ata) bs=5 count=1", "third");
      says(host, "cat /sys/block/$(drive ata)/size", "8192");
    }
    try (VmHost host = home.open()) { // adopted with what is in its drives
      host.await(VM, TestHome.RUNNING, TestHome.PATIENCE);
      assertThat(source(host, "cd")).contains(image("second").toString());
      aGuestKeepsWhatItReads(host);
      nothingIsLeftOfMedia(host);
    }
  }

  private void aGuestKeepsWhatItReads(VmHost host) throws IOException {
    does(host, "exec 3</dev/$(drive virtio)");
    assertThatThrownBy(
            () ->
                host.ejectMedium(
                    VM,
                    "cd",
                    Ejection.ASKED,
                    EditScope.BOTH,
                    CallOptions.within(Duration.ofSeconds(8))))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("Unmount it in the guest");
    assertThat(source(host, "cd")).contains(image("second").toString());
    does(host, "exec 3<&-");
    eject(host, "cd", Ejection.ASKED);
    assertThat(source(host, "cd")).isEmpty();

    insert(host, "cd", "third");
    says(host, "dd if=/dev/$(drive virtio) bs=5 count=1", "third");
    does(host, "exec 3</dev/$(drive virtio)");
    eject(host, "cd", Ejection.FORCED);
    does(host, "exec 3<&-");
  }

  private void nothingIsLeftOfMedia(VmHost host) throws IOException {
    eject(host, "sata", Ejection.FORCED);
    assertThat(Json.read(host.qmp(VM, QmpRequest.of("query-fdsets", "{}"), CallOptions.none())))
        .isEmpty();
    assertThat(host.qmp(VM, QmpRequest.of("query-named-block-nodes", "{}"), CallOptions.none()))
        .doesNotContain("cd-format", "cd-file", "sata-format", "sata-file");
    assertThat(host.definition(VM).json()).doesNotContain(".iso");
    assertThat(host.domain(VM).definition().pending()).isFalse();
  }

  private void boot(VmHost host, String machine) throws IOException {
    medium("first", 1);
    medium("second", 2);
    medium("third", 4);
    TestGuest guest = TestGuest.locate();
    home.define(
        host,
        "vm",
        "memory: 128MiB",
        "machine: " + machine,
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline(),
        "disks:",
        "- {name: cd, device: cdrom, format: raw}",
        "- {name: sata, device: cdrom, bus: sata, format: raw, file: first.iso}");
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
    does(host, "drive() { ls -l /sys/block | grep /sr | grep /$1 | sed 's,.*/,,'; }");
  }

  private void medium(String name, int mebibytes) throws IOException {
    byte[] content = Arrays.copyOf(name.getBytes(UTF_8), mebibytes << 20);
    Files.write(image(name), content);
  }

  private Path image(String name) {
    return directory.resolve(name + ".iso");
  }

  private void insert(VmHost host, String drive, String medium) {
    host.insertMedium(
        VM, drive, image(medium), EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private static void eject(VmHost host, String drive, Ejection ejection) {
    host.ejectMedium(VM, drive, ejection, EditScope.BOTH, CallOptions.within(TestHome.PATIENCE));
  }

  private static Optional<String> source(VmHost host, String drive) {
    return host.disks(VM).stream()
        .filter(disk -> disk.name().equals(drive))
        .findFirst()
        .flatMap(DiskSummary::source);
  }

  /** The guest runs the commands, again and again until they print something like that. */
  private void says(VmHost host, String commands, String expected) throws IOException {
    does(
        host,
        String.format(
            "until case \"$(%s 2>/dev/null)\" in %s) true;; *) false;; esac; do sleep 0.1; done",
            commands, expected));
  }

  /** The guest runs the commands. */
  private void does(VmHost host, String commands) throws IOException {
    int question = ++asked;
    try (Console console = host.console(VM)) {
      String line = commands + "; echo DO''NE" + question + "-\n";
      console.output().write(line.getBytes(UTF_8));
      ConsoleLog.of(host, VM).await("DONE" + question + "-", TestHome.PATIENCE);
    }
  }
}
