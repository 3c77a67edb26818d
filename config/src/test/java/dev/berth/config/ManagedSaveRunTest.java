package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real guests that the host keeps in files of its own; they count. */
@Tag("once")
@Timeout(300)
final class ManagedSaveRunTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  @Test
  void aGuestGoesOnFromItsManagedSaveInAnotherHostProcess() throws Exception {
    saveAndStart("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionGoesOnFromItsManagedSave(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    saveAndStart(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"trixie", "trixie-backports"})
  void aGuestGoesOnInAnotherQemuOfTheSameHost(String newer) throws Exception {
    home.set("qemu", qemu("bookworm").toString());
    Path file;
    try (VmHost host = home.open()) {
      start(host, "pc-q35-5.2");
      file = save(host);
    }
    home.set("qemu", qemu(newer).toString());

    try (VmHost host = home.open()) {
      ConsoleLog console = ConsoleLog.of(host, VM);
      int soFar = Heartbeats.unbroken(console.text());
      host.start(VM, StartMode.RUNNING, PATIENT);
      assertThat(host.domain(VM).machine().orElseThrow().qemuVersion()).doesNotStartWith("7.2");
      assertThat(host.domain(VM).machine().orElseThrow().machineType()).isEqualTo("pc-q35-5.2");
      assertThat(QemuOf.machine(directory, host.domain(VM)).cpu())
          .as("it finds no more than it had") // rdseed is emulated since QEMU 8.0
          .startsWith("max,")
          .contains(",rdseed=off");
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
      file = save(host);
    }
    home.set("qemu", qemu("bookworm").toString());

    try (VmHost host = home.open()) {
      assertThatThrownBy(() -> host.start(VM, StartMode.RUNNING, PATIENT))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("takes no state of the newer")
          .hasMessageContaining("setting 'qemu'");
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      assertThat(file).exists();
      QemuOf.awaitCount(directory, 0);
      host.saves().discard(VM, PATIENT);
    }
  }

  private static Path qemu(String suite) {
    return TestQemu.matrix().stream()
        .filter(qemu -> qemu.name().equals(suite))
        .findFirst()
        .orElseThrow()
        .emulator();
  }

  private void saveAndStart(String machine) throws Exception {
    Path file;
    try (VmHost host = home.open()) {
      start(host, machine);
      file = save(host);
      QemuOf.awaitCount(directory, 0);
    }

    try (VmHost host = home.open()) {
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      ConsoleLog console = ConsoleLog.of(host, VM);
      int soFar = Heartbeats.unbroken(console.text());

      VerbResult started = host.start(VM, StartMode.RUNNING, PATIENT);

      assertThat(started.detail()).contains("managed save");
      assertThat(started.snapshot().status().reason()).isEqualTo(StateReason.RESTORED);
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
      eventually(() -> assertThat(file).doesNotExist());
    }
  }

  @Test
  void aGuestWhoseImagesWereWrittenToIsNeitherRestoredNorBooted() throws Exception {
    try (VmHost host = home.open()) {
      home.runWithoutGuest(host, "vm", Files.write(image(), new byte[1 << 20]));
      Path file = save(host);
      try (RandomAccessFile image = new RandomAccessFile(image().toFile(), "rw")) {
        image.write(1);
      }

      assertThatThrownBy(() -> host.start(VM, StartMode.RUNNING, PATIENT))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("data.raw' was written to");

      QemuOf.awaitCount(directory, 0);
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      assertThat(file).exists();
      host.saves().discard(VM, PATIENT);
      assertThat(file).doesNotExist();
      host.start(VM, StartMode.RUNNING, PATIENT);
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.BOOTED);
    }
  }

  /** Another domain may have used it meanwhile; the kernel has counted what that wrote. */
  @Test
  void aGuestWhoseDeviceWasWrittenToIsNotRestoredAndOneWhoseDeviceWasReadIs() throws Exception {
    Path file = Files.write(directory.resolve("device"), new byte[1 << 20]);
    try (LoopDevice device = LoopDevice.of(file);
        VmHost host = home.open()) {
      home.runWithoutGuest(host, "vm", device.path());
      save(host);
      Files.readAllBytes(device.path());
      assertThat(host.start(VM, StartMode.RUNNING, PATIENT).snapshot().status().reason())
          .isEqualTo(StateReason.RESTORED);

      save(host);
      try (RandomAccessFile image = new RandomAccessFile(device.path().toFile(), "rw")) {
        image.write(1);
      }

      assertThatThrownBy(() -> host.start(VM, StartMode.RUNNING, PATIENT))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("'" + device.path() + "' was written to")
          .hasMessageContaining("--changed-images");
      host.saves().discard(VM, PATIENT);
    }
  }

  private static Path save(VmHost host) {
    Job job = host.saves().save(VM, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(job.id(), TestHome.PATIENCE).status().phase()).isEqualTo("complete");
    assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
    return Path.of(job.target().subject());
  }

  private void start(VmHost host, String machine) throws Exception {
    Files.write(image(), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "machine: %s\nmemory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}"
            .formatted(machine),
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
  }

  private Path image() {
    return directory.resolve("data.raw");
  }
}
