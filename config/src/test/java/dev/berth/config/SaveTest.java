package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real machines that are written to files and go on from there; their guests count. */
@Tag("once")
@Timeout(300)
final class SaveTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  @Test
  void aGuestGoesOnFromItsFileWithoutAGapAndWithWhatHadComeToIt() throws Exception {
    saveAndRestore("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionGoesOnFromItsFile(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    saveAndRestore(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md on QEMU 5.2
  }

  private void saveAndRestore(String machine) throws Exception {
    try (VmHost host = home.open()) {
      ConsoleLog console = start(host, machine);
      host.attachDisk(VM, disk("more"), EditScope.LIVE, PATIENT);
      Path file = directory.resolve("vm.save");

      assertThat(ended(host, save(host, file)).status().phase()).isEqualTo("complete");
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      assertThat(host.domain(VM).machine()).isEmpty();
      QemuOf.awaitCount(directory, 0);
      int soFar = Heartbeats.unbroken(console.text());

      restore(host, file);

      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.RESTORED);
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
      assertThat(host.disks(VM)).extracting(disk -> disk.name()).contains("more");
      Job detach = host.detachDisk(VM, "more", EditScope.LIVE, JobOptions.none(), PATIENT);
      assertThat(ended(host, detach).status().phase()).isEqualTo("removed");
      Path again = directory.resolve("again.save");
      assertThat(ended(host, save(host, again)).status().phase()).isEqualTo("complete");
      restore(host, again);
      int more = Heartbeats.unbroken(console.text());
      console.await(TestGuest.HEARTBEAT + " " + (more + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
    }
  }

  @Test
  void aMachineWhoseImagesWereWrittenToIsNotRestored() throws Exception {
    try (VmHost host = home.open()) {
      startWithoutGuest(host);
      Path file = directory.resolve("vm.save");
      ended(host, save(host, file));
      try (RandomAccessFile image = new RandomAccessFile(image("data").toFile(), "rw")) {
        image.write(1);
      }

      assertThatThrownBy(() -> restore(host, file))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("data.raw' was written to")
          .hasMessageContaining("--changed-images");
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      RestoreRequest accepting =
          new RestoreRequest(
              file, RestoreRequest.Guest.AS_SAVED, RestoreRequest.ChangedImages.ACCEPT);
      host.saves().restore(accepting, Resources.none(), PATIENT);
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void aHostStartsNoOtherQemuThanItsOwnBecauseAFileSaysSo() throws Exception {
    Path file = directory.resolve("vm.save");
    try (VmHost host = home.open()) {
      startWithoutGuest(host);
      ended(host, save(host, file));
    }
    Path other = directory.resolve("qemu-system-x86_64");
    Files.writeString(other, "#!/bin/sh\nexec " + TestQemu.installed().emulator() + " \"$@\"\n");
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
    home.set("qemu", other.toString());
    try (VmHost host = home.open()) {
      assertThatThrownBy(() -> restore(host, file))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("which is no QEMU that this host starts");
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
    }
  }

  @Test
  void aDamagedFileStartsNothing() throws Exception {
    try (VmHost host = home.open()) {
      startWithoutGuest(host);
      Path file = directory.resolve("vm.save");
      ended(host, save(host, file));
      try (RandomAccessFile saved = new RandomAccessFile(file.toFile(), "rw")) {
        saved.seek(4096);
        saved.write(~saved.read());
      }

      assertThatThrownBy(() -> restore(host, file))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("damaged");
      QemuOf.awaitCount(directory, 0);
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
    }
  }

  @Test
  void aFullDiskLeavesNoFileAndTheGuestGoesOn() throws Exception {
    Path mountPoint = directory.resolve("small");
    try (SmallDisk small = SmallDisk.mount(mountPoint);
        VmHost host = home.open()) {
      ConsoleLog console = start(host);

      Job failed = ended(host, save(host, small.resolve("vm.save")));

      assertThat(failed.status().state()).isEqualTo(JobState.FAILED);
      assertThat(failed.status().phase()).isEqualTo("write-failed");
      assertThat(mountPoint.toFile().list()).isEmpty();
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
      int soFar = Heartbeats.unbroken(console.text());
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
    }
  }

  @Test
  void whatWasCancelledLeavesNoFileAndTheGuestGoesOn() throws Exception {
    try (VmHost host = home.open()) {
      ConsoleLog console = start(host);
      Path file = directory.resolve("vm.save");
      Job job = save(host, file);
      if (host.cancelJob(job.id()).status().state() == JobState.RUNNING) {
        assertThat(ended(host, job).status().phase()).isEqualTo("cancelled");
      }

      assertThat(file).doesNotExist();
      int soFar = Heartbeats.unbroken(console.text());
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
    }
  }

  @Test
  void aSaveGoesOnWithoutItsHostAndIsFoundByTheNext() throws Exception {
    Path file = directory.resolve("vm.save");
    JobId job;
    try (VmHost host = home.open()) {
      start(host);
      JobId begun = save(host, file).id();
      job = begun;
      eventually(
          () ->
              assertThat(host.job(begun).status().phase())
                  .as("QEMU has begun")
                  .isNotEqualTo("beginning"));
    }

    try (VmHost host = home.open()) {
      assertThat(host.awaitJob(job, TestHome.PATIENCE).status().phase()).isEqualTo("complete");
      host.await(VM, Set.of(DomainState.SHUTOFF), TestHome.PATIENCE);
      assertThat(host.domain(VM).status().reason()).isEqualTo(StateReason.SAVED);
      QemuOf.awaitCount(directory, 0);
      ConsoleLog console = ConsoleLog.of(host, VM);
      int soFar = Heartbeats.unbroken(console.text());

      restore(host, file);

      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
      Heartbeats.unbroken(console.text());
    }
  }

  // ---- short ways

  private ConsoleLog start(VmHost host) throws Exception {
    return start(host, "q35");
  }

  private ConsoleLog start(VmHost host, String machine) throws Exception {
    Files.write(image("data"), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "machine: %s\nmemory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}"
            .formatted(machine),
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog console = ConsoleLog.of(host, VM);
    console.await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
    return console;
  }

  /** What is refused is the file, whatever ran in its machine. */
  private void startWithoutGuest(VmHost host) throws Exception {
    home.runWithoutGuest(host, "vm", Files.write(image("data"), new byte[1 << 20]));
  }

  private DefinitionDocument disk(String name) throws Exception {
    Files.write(image(name), new byte[1 << 20]);
    return new DefinitionDocument(
        "name: " + name + "\nfile: " + name + ".raw\nformat: raw\n", name, directory);
  }

  private Path image(String name) {
    return directory.resolve(name + ".raw");
  }

  private static Job save(VmHost host, Path file) {
    return host.saves().save(VM, file, JobOptions.none(), PATIENT);
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private static void restore(VmHost host, Path file) {
    host.saves().restore(RestoreRequest.of(file), Resources.none(), PATIENT);
  }
}
