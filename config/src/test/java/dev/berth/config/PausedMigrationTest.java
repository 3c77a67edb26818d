package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.UnsupportedException;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real guests that somebody has paused change hosts, and have not run until they are resumed. */
@Timeout(600)
final class PausedMigrationTest extends TwoHomesFixture {

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 4 << 20;

  /** QEMU 10.0 and 11.1. */
  static Stream<TestQemu> able() {
    return TestQemu.matrix().stream().filter(qemu -> qemu.name().startsWith("trixie"));
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("able")
  void aPausedGuestGoesThereAndBackAndIntoAFileAndHasNotRun(TestQemu qemu) throws Exception {
    use(qemu);
    Path back = directory.resolve("s");
    Path file = directory.resolve("vm.save");
    try (VmHost here = Berth.open(home.settings().control(back, ControlAccess.OWNER_ONLY));
        VmHost there = openOther()) {
      FileInputStream log = start(here);
      here.pause(VM, PATIENT);

      Job moved = ended(here, migrate(here));

      assertThat(moved.status().phase()).as("%s", moved).isEqualTo("complete");
      assertThat(moved.status().detail()).startsWith("the guest is paused there");
      String before = all(log);
      assertPaused(there);
      assertThat(ConsoleLog.of(there, VM).text()).isEmpty();
      eventually(() -> assertThat(here.list()).isEmpty());
      assertThat(QemuOf.pids(directory)).hasSize(1);
      assertLocked(qemu, directory.resolve("data.raw"));

      Job returned = ended(there, migrate(there, URI.create("unix:" + back)));

      assertThat(returned.status().phase()).as("%s", returned).isEqualTo("complete");
      assertPaused(here);
      assertLocked(qemu, directory.resolve("data.raw"));
      Job saved = ended(here, here.saves().save(VM, file, JobOptions.none(), PATIENT));
      assertThat(saved.status().phase()).as("%s", saved).isEqualTo("complete");
      here.saves().restore(RestoreRequest.of(file), Resources.none(), PATIENT);
      assertPaused(here);
      assertThat(ConsoleLog.of(here, VM).text()).doesNotContain(TestGuest.HEARTBEAT);

      here.resume(VM, PATIENT);

      goesOn(here, before);
      here.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("able")
  void aPausedGuestThatDoesNotGoIsAsItWasAndCanGoAtOnce(TestQemu qemu) throws Exception {
    use(qemu);
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      FileInputStream log = start(here);
      here.pause(VM, PATIENT);
      Job cancelled = here.migrations().migrate(VM, slowly(), JobOptions.none(), PATIENT);
      eventually(
          () -> assertThat(here.job(cancelled.id()).status().phase()).isEqualTo("transferring"));

      here.cancelJob(cancelled.id());

      assertThat(ended(here, cancelled).status().phase()).isEqualTo("cancelled");
      assertPaused(here);
      assertLocked(qemu, directory.resolve("data.raw"));
      Job killed = here.migrations().migrate(VM, slowly(), JobOptions.none(), PATIENT);
      eventually(() -> assertThat(here.job(killed.id()).status().progress()).isPresent());
      QemuOf.machine(otherDirectory, there.domain(VM)).kill();
      assertThat(ended(here, killed).status().phase()).isEqualTo("target-failed");
      assertPaused(here);
      assertThat(ended(here, migrate(here)).status().phase()).isEqualTo("complete");
      assertPaused(there);
      there.resume(VM, PATIENT);
      goesOn(there, all(log));
      there.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  /** QEMU waits for the other one's answer before it says that all is sent. */
  @Tag("full")
  @ParameterizedTest
  @MethodSource("able")
  void aTargetThatCannotTakeInAPausedGuestSpoilsNothing(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    otherHome.set("qemu", unlike(qemu).toString());
    Path file = directory.resolve("vm.save");
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      start(here).close();
      here.pause(VM, PATIENT);

      Job failed = ended(here, migrate(here));

      assertThat(failed.status().phase()).as("%s", failed).isEqualTo("target-failed");
      assertThat(failed.status().detail()).startsWith("QEMU cannot take in its state: ");
      assertPaused(here);
      assertLocked(qemu, directory.resolve("data.raw"));
      eventually(() -> assertThat(there.list()).isEmpty());
      Job saved = ended(here, here.saves().save(VM, file, JobOptions.none(), PATIENT));
      assertThat(saved.status().phase()).as("%s", saved).isEqualTo("complete");
    }
  }

  @Tag("once")
  @Test
  void aPausedGuestOfAnOlderQemuIsRefusedByItsVersion() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      start(here).close();
      here.pause(VM, PATIENT);

      assertThatThrownBy(() -> migrate(here))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("its guest is paused, and QEMU 7.2.")
          .hasMessageContaining("resume it first");

      assertThat(here.jobs()).isEmpty();
      assertPaused(here);
      assertThat(there.list()).isEmpty();
    }
  }

  // ---- short ways

  private void use(TestQemu qemu) {
    home.set("qemu", qemu.emulator().toString());
    otherHome.set("qemu", qemu.emulator().toString());
  }

  private FileInputStream start(VmHost host) throws Exception {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}",
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.HEARTBEAT + " 3 ", TestHome.PATIENCE);
    return console(host);
  }

  private MigrationRequest slowly() {
    return new MigrationRequest(
        other, Optional.of(SLOW), Optional.empty(), Convergence.LEFT_TO_GUEST);
  }

  private static Job migrate(VmHost host, URI target) {
    return host.migrations().migrate(VM, MigrationRequest.to(target), JobOptions.none(), PATIENT);
  }

  private static void assertPaused(VmHost host) {
    DomainStatus status = host.domain(VM).status();
    assertThat(status.state()).isEqualTo(DomainState.PAUSED);
    assertThat(status.reason()).isEqualTo(StateReason.USER);
    assertThat(status.detail()).isEmpty();
  }

  /** Its QEMU has it for writing, and nobody else can. */
  private static void assertLocked(TestQemu qemu, Path image) throws Exception {
    Process open =
        new ProcessBuilder(
                qemu.imageTool().toString(),
                "bench",
                "-w",
                "-c",
                "1",
                "-f",
                "raw",
                image.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(open.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(open.waitFor()).as(said).isNotZero();
    assertThat(said).contains("lock");
  }

  private Path unlike(TestQemu qemu) throws IOException {
    Path script = otherDirectory.resolve("qemu-system-x86_64");
    Files.writeString(
        script,
        "#!/bin/sh\nexec " + qemu.emulator() + " \"$@\" -global virtio-blk-pci.event_idx=off\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void goesOn(VmHost host, String before) {
    int soFar = Heartbeats.unbroken(before);
    ConsoleLog log = ConsoleLog.of(host, VM);
    log.await(TestGuest.HEARTBEAT + " " + (soFar + 3) + " ", TestHome.PATIENCE);
    Heartbeats.unbroken(before + log.text().substring(log.text().indexOf(TestGuest.HEARTBEAT)));
  }
}
