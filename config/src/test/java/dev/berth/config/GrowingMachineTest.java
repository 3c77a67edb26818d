package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.Eventually;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real guests that are given more of something while they run, or less, and count it. */
@Tag("once")
@Timeout(300)
final class GrowingMachineTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  private static final String CPUS = "memory: 128MiB\ncpus: 2\nmax-cpus: 4";

  /** What the guest counts as its memory, in KiB. */
  private static final String MEMORY =
      "$(sed -n 's/MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo)";

  private int asked;

  @Test
  void aGuestCountsCpusThatComeAndGo() throws Exception {
    cpusComeAndGo();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionCountsCpusThatComeAndGo(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    if (qemu.name().equals("bullseye")) {
      cpusComeWithTheNextBoot();
    } else {
      cpusComeAndGo();
    }
  }

  @Test
  void aGuestTakesMemoryAndGivesItBack() throws Exception {
    memoryComesAndGoes("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionTakesMemoryAndGivesItBack(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    memoryComesAndGoes(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void memoryComesAndGoes(String machine) throws IOException {
    home.set("sampling", "1s");
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, "machine: " + machine, "memory: 256MiB", "max-memory: 1GiB");
      done(host, setMemory(host, 512));
      await(host, console, "until [ " + MEMORY + " -gt 350000 ]");
    }
    try (VmHost host = home.open()) { // the next host knows what was added
      ConsoleLog console = ConsoleLog.of(host, VM);
      TestHome.settled(host, VM);
      done(host, setMemory(host, 256));
      await(host, console, "until [ " + MEMORY + " -lt 200000 ]");
      Eventually.eventually(
          () ->
              assertThat(host.stats(VM).machine().orElseThrow().qemu().orElseThrow().guestMemory())
                  .hasValueSatisfying(
                      told ->
                          assertThat(told.totalBytes().orElseThrow())
                              .isBetween(64L << 20, 200L << 20)));
      done(host, balloon(host, 192));
      await(host, console, "until [ " + MEMORY + " -lt 100000 ]");
      done(host, balloon(host, 256));
      assertThat(host.domain(VM).definition().pending()).isFalse();
      assertThatThrownBy(() -> setMemory(host, 2048))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("max-memory");
    }
  }

  @Test
  void aGuestTakesDimmsAndLetsThemGo() throws Exception {
    dimmsComeAndGo("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionTakesDimmsAndLetsThemGo(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    dimmsComeAndGo(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void dimmsComeAndGo(String machine) throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console =
          boot(
              host,
              "machine: " + machine,
              "memory: 256MiB",
              "max-memory: 1GiB",
              "memory-device: dimm");
      online(host, console, "online_movable"); // else Linux gives nothing back for sure
      done(host, setMemory(host, 512));
      await(host, console, "until [ " + MEMORY + " -gt 350000 ]");
      assertThatThrownBy(() -> setMemory(host, 600))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("128MiB");
      assertThatThrownBy(() -> setMemory(host, 384))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("can go back to 256MiB");
    }
    try (VmHost host = home.open()) { // the next host knows the DIMM that came
      ConsoleLog console = ConsoleLog.of(host, VM);
      TestHome.settled(host, VM);
      done(host, setMemory(host, 640));
      await(host, console, "until [ " + MEMORY + " -gt 480000 ]");
      done(host, setMemory(host, 256));
      await(host, console, "until [ " + MEMORY + " -lt 200000 ]");
      assertThat(host.domain(VM).definition().pending()).isFalse();
      assertThat(host.qmp(VM, QmpRequest.of("query-memory-devices", "{}"), CallOptions.none()))
          .isEqualTo("[]");
      assertThat(
              host.qmp(
                  VM, QmpRequest.of("qom-list", "{\"path\": \"/objects\"}"), CallOptions.none()))
          .doesNotContain("dimm-");

      online(host, console, "online");
      done(host, setMemory(host, 384));
      assertThat(ended(host, setMemory(host, 256)).status().phase())
          .isIn("refused-by-guest", "done");
    }
  }

  /** Has the guest bring all memory online that comes from here on, as most distributions do. */
  private void online(VmHost host, ConsoleLog console, String how) throws IOException {
    await(
        host,
        console,
        "echo " + how + " >/sys/devices/system/memory/auto_online_blocks; until true");
  }

  private void cpusComeAndGo() throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, "machine: q35", CPUS);
      count(host, console, 2);
      done(host, setCpus(host, 3));
      count(host, console, 3);
    }
    try (VmHost host = home.open()) { // the next host knows the CPU that came
      ConsoleLog console = ConsoleLog.of(host, VM);
      TestHome.settled(host, VM);
      done(host, setCpus(host, 4));
      count(host, console, 4);
      done(host, setCpus(host, 1));
      count(host, console, 1);
      assertThat(host.domain(VM).definition().pending()).isFalse();
      assertThat(host.definition(VM).json()).contains("\"cpus\":1");
      assertThatThrownBy(() -> setCpus(host, 2))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("next boot");
      assertThat(slots(host)).isEqualTo(1);
    }
  }

  /** Guests of QEMU 5.2 are not told of CPUs that come, so it is refused. */
  private void cpusComeWithTheNextBoot() throws IOException {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, "machine: pc", CPUS);
      count(host, console, 2);
      assertThatThrownBy(() -> setCpus(host, 3))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("QEMU 5.2")
          .hasMessageContaining("next boot");
      host.setCpus(VM, 3, EditScope.CONFIG, JobOptions.none(), CallOptions.none());
      host.destroy(VM, TestHome.GRACE, CallOptions.none());
      count(host, start(host), 3);
    }
  }

  private ConsoleLog boot(VmHost host, String... keys) {
    home.defineGuestWith(host, "vm", String.join("\n", keys));
    return start(host);
  }

  private static ConsoleLog start(VmHost host) {
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  /** Waits until the guest counts so many CPUs that are online. */
  private void count(VmHost host, ConsoleLog console, int cpus) throws IOException {
    await(host, console, "until [ $(nproc) = " + cpus + " ]");
  }

  /** Has the guest wait for something, and say that it has come. */
  private void await(VmHost host, ConsoleLog console, String loop) throws IOException {
    String done = "ASKED-" + ++asked + "-DONE";
    try (Console typing = host.console(VM)) {
      typing
          .output()
          .write(
              (loop + "; do usleep 50000; done; echo " + done + "\n")
                  .getBytes(StandardCharsets.UTF_8));
      console.await(done, TestHome.PATIENCE);
    }
  }

  private static Job setCpus(VmHost host, int cpus) {
    return host.setCpus(
        VM, cpus, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static Job setMemory(VmHost host, int mebibytes) {
    return host.setMemory(
        VM,
        ByteSize.mebibytes(mebibytes),
        EditScope.BOTH,
        JobOptions.none(),
        CallOptions.within(TestHome.PATIENCE));
  }

  private static Job balloon(VmHost host, int mebibytes) {
    return host.setBalloon(
        VM,
        ByteSize.mebibytes(mebibytes),
        JobOptions.none(),
        CallOptions.within(TestHome.PATIENCE));
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private static void done(VmHost host, Job job) {
    Job ended = ended(host, job);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("done");
  }

  /** How many CPUs its QEMU has. */
  private static int slots(VmHost host) throws IOException {
    return Json.read(host.qmp(VM, QmpRequest.of("query-cpus-fast", "{}"), CallOptions.none()))
        .size();
  }
}
