package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a machine cannot go its guest goes on where it is, and why is said. */
@Tag("once")
@Timeout(300)
final class UnfitTargetsTest extends TwoHomesFixture {

  /** It says that only once the source's QEMU has said that all is sent. */
  @Test
  void aTargetThatCannotTakeInADeviceLeavesTheGuestWhereItWas() throws Exception {
    otherHome.set("qemu", qemuThat("-global virtio-blk-pci.event_idx=off").toString());
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      FileInputStream console = boot(here);

      Job ended = ended(here, migrate(here));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("target-failed");
      assertThat(ended.status().detail()).contains("virtio");
      here.await(VM, TestHome.RUNNING, TestHome.PATIENCE);
      eventually(() -> assertThat(there.list()).isEmpty());
      eventually(() -> assertThat(QemuOf.pids(directory)).hasSize(1));
      int soFar = Heartbeats.unbroken(all(console));
      ConsoleLog log = ConsoleLog.of(here, VM);
      log.await(TestGuest.HEARTBEAT + " " + (soFar + 3) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(log.text());
    }
  }

  @Test
  void whatIsNoTargetIsSaidBeforeAnythingHasHappened() throws Exception {
    Path own = directory.resolve("s");
    try (VmHost here = Berth.open(home.settings().control(own, ControlAccess.OWNER_ONLY))) {
      startWithoutGuest(here);

      Path mute = directory.resolve("mute");
      Path speechless = directory.resolve("speechless");
      try (ServerSocketChannel nobody = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
          ScriptedHost silent = ScriptedHost.silent(speechless)) {
        nobody.bind(UnixDomainSocketAddress.of(mute));
        CompletableFuture<Void> unheard = // which takes its time
            CompletableFuture.runAsync(() -> migrate(here, URI.create("unix:" + mute)));
        assertThatThrownBy(() -> migrate(here, URI.create("unix:" + directory.resolve("nobody"))))
            .isInstanceOf(HostUnreachableException.class);
        assertThatThrownBy(() -> migrate(here, URI.create("ftp://elsewhere")))
            .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> migrate(here, URI.create("unix:" + own)))
            .isInstanceOf(UnsupportedException.class)
            .hasMessageContaining("has its UUID already");
        URI there = URI.create("unix:" + speechless);
        CallOptions hasty = CallOptions.within(Duration.ofSeconds(3));
        assertThatThrownBy(
                () ->
                    here.migrations()
                        .migrate(VM, MigrationRequest.to(there), JobOptions.none(), hasty))
            .isInstanceOf(DeadlineExceededException.class);
        eventually(() -> assertThat(silent.asked()).containsExactly("hello", "arrival.obstacles"));
        assertThat(unheard)
            .failsWithin(TestHome.PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(HostUnreachableException.class)
            .withMessageContaining("said nothing");
      }

      assertThat(here.jobs()).isEmpty();
      assertThat(here.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  /** Which of both it is, is said in the words of a caller, who knows no methods. */
  @Test
  void anScriptedHostIsRefusedByNameBeforeAnythingHasHappened() throws Exception {
    Path socket = directory.resolve("older");
    try (VmHost here = home.open()) {
      startWithoutGuest(here);

      try (ScriptedHost older = ScriptedHost.withoutMigrations(socket)) {
        assertThatThrownBy(() -> migrate(here, URI.create("unix:" + socket)))
            .isInstanceOf(UnsupportedException.class)
            .hasMessageContaining("The host at '" + socket + "' is of an older version of Berth")
            .hasMessageContaining("Upgrade it");
        assertThat(older.asked()).containsExactly("hello", "arrival.obstacles");
      }
      Files.delete(socket);
      try (ScriptedHost older = ScriptedHost.ofAnotherProtocol(socket)) {
        assertThatThrownBy(() -> migrate(here, URI.create("unix:" + socket)))
            .isInstanceOf(UnsupportedException.class)
            .hasMessageContaining("Cannot talk to the host at '" + socket + "'")
            .hasMessageContaining("speaks version 0");
        assertThat(older.asked()).containsExactly("hello");
      }

      assertThat(here.jobs()).isEmpty();
      assertThat(here.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void aTargetWhoseCpuIsLessIsRefusedByTheNamesOfWhatItLacks() throws Exception {
    otherHome.set(
        "qemu",
        qemuThat("-global max-x86_64-cpu.rdrand=off -global max-x86_64-cpu.adx=off").toString());
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      startWithoutGuest(here);

      assertThatThrownBy(() -> migrate(here))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("its CPU 'max' has 'adx', 'rdrand', which QEMU ")
          .hasMessageContaining("cannot give it with tcg");

      assertThat(here.jobs()).isEmpty();
      assertThat(there.list()).isEmpty();
      assertThat(here.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  /** It keeps the CPU that it was started with, wherever it goes on. */
  @Test
  void aGuestHasNothingMoreInItsCpuWhereThereWouldBe() throws Exception {
    home.set("qemu", qemuThat("-global max-x86_64-cpu.rdrand=off").toString());
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      startWithoutGuest(here);

      Job ended = ended(here, migrate(here));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      QemuOf moved = QemuOf.machine(otherDirectory, there.domain(VM));
      assertThat(moved.cpu()).isEqualTo("max,rdrand=off");
    }
  }

  @Test
  void aGuestGoesToOneHostAtATime() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      boot(here).close();
      MigrationRequest slow =
          new MigrationRequest(
              other, Optional.of(1L << 20), Optional.empty(), Convergence.LEFT_TO_GUEST);
      Job first = here.migrations().migrate(VM, slow, JobOptions.none(), PATIENT);

      assertThatThrownBy(() -> migrate(here)).isInstanceOf(BusyException.class);

      here.cancelJob(first.id());
      assertThat(ended(here, first).status().phase()).isEqualTo("cancelled");
      eventually(() -> assertThat(there.list()).isEmpty());
    }
  }

  @Test
  void aDomainWhoseImageStandsOnAFileThatIsGoneDoesNotMove() throws Exception {
    Path base = directory.resolve("base.raw");
    Files.write(base, new byte[1 << 20]);
    String tool = TestQemu.installed().imageTool().toString();
    String top = directory.resolve("top.qcow2").toString();
    Process create =
        new ProcessBuilder(
                tool, "create", "-q", "-f", "qcow2", "-b", base.toString(), "-F", "raw", top)
            .inheritIO()
            .start();
    assertThat(create.waitFor()).isZero();
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      home.define(
          here,
          "vm",
          "memory: 64MiB",
          "disks:",
          "- {name: data, file: top.qcow2, format: qcow2, backing: follow}");
      assertThat(obstacles(here)).isEmpty();
      Files.delete(base);

      assertThatThrownBy(() -> obstacles(here)).hasMessageContaining("base.raw");

      assertThat(there.list()).isEmpty();
    }
  }

  private List<String> obstacles(VmHost host) {
    return host.migrations().obstacles(VM, MigrationRequest.to(other), PATIENT);
  }

  /** The path leads to another file than the one that the guest writes to. */
  @Test
  void aMachineWhoseImageWasReplacedDoesNotMove() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      startWithoutGuest(here);
      Path image = directory.resolve("data.raw");
      Path copy = Files.copy(image, directory.resolve("copy.raw"));
      Files.move(copy, image, StandardCopyOption.REPLACE_EXISTING);

      assertThatThrownBy(() -> migrate(here))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("data.raw' is not the file any more that its QEMU has open");

      assertThat(here.jobs()).isEmpty();
      assertThat(there.list()).isEmpty();
    }
  }

  private FileInputStream boot(VmHost host) throws IOException {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}",
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
    return console(host);
  }

  /** What is refused is the machine, whatever is in it. */
  private void startWithoutGuest(VmHost host) throws IOException {
    Path image = Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    home.runWithoutGuest(host, "vm", image);
  }

  private static void migrate(VmHost host, URI target) {
    host.migrations().migrate(VM, MigrationRequest.to(target), JobOptions.none(), PATIENT);
  }

  /** A QEMU that is told more than its host knows. */
  private Path qemuThat(String more) throws IOException {
    Path script = otherDirectory.resolve("qemu-system-x86_64");
    Files.writeString(
        script, "#!/bin/sh\nexec " + TestQemu.installed().emulator() + " \"$@\" " + more + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }
}
