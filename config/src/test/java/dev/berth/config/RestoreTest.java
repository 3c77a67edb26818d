package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.BackupName;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real machine are verified, restored and deleted. */
@Tag("once")
@Timeout(300)
final class RestoreTest extends BackupFixture {
  private static final List<String> DISKS = List.of("vda", "vdb");

  @TempDir private Path target;

  @Test
  void eachPointIsRestoredToTheBytesOfItsMoment() throws Exception {
    try (VmHost host = home.open()) {
      chain(host);
      for (String name : List.of("full", "second", "third")) {
        for (ImageFormat format : ImageFormat.values()) {
          Job job = restore(host, name, newFiles(name, format));
          assertThat(job.status().phase()).as(job.toString()).isEqualTo("complete");
          assertThat(job.target().domain()).isEmpty();
          for (String disk : DISKS) {
            assertHas(file(name, disk, format), format, name, disk);
          }
        }
        assertThat(verify(host, name).status().detail())
            .isEqualTo("2 disks are as they were written");
      }
      assertThat(target.toFile().list()).hasSize(12);
    }
  }

  @Test
  void aDomainGetsBackWhatItHadAndItsGuestGoesOnFromThere() throws Exception {
    Path real = Files.move(directory.resolve("vdb"), target.resolve("real"));
    Files.createSymbolicLink(directory.resolve("vdb"), real);
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-rw----"));
    try (VmHost host = home.open()) {
      chain(host);
      assertThatThrownBy(() -> restore(host, "second", onto()))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("shut it down or destroy it");
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());

      Job job = restore(host, "second", onto());

      assertThat(job.status().phase()).as(job.toString()).isEqualTo("complete");
      assertThat(job.target().name()).hasValue(host.domain(VM).name());
      for (String disk : DISKS) {
        assertHas(directory.resolve(disk), ImageFormat.QCOW2, "second", disk);
      }
      assertThat(directory.resolve("vdb")).isSymbolicLink();
      assertThat(Files.getPosixFilePermissions(real))
          .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
      assertThat(target.toFile().list()).containsExactly("real");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      Job next = complete(host, request("after", Wanted.incremental()));
      assertThat(next.status().detail()).contains("is in full: ", "no note");
    }
  }

  @Test
  void oneDiskIsRestoredAndTheOtherStaysAlsoWhenItsImageIsLost() throws Exception {
    try (VmHost host = home.open()) {
      chain(host);
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      Files.delete(directory.resolve("vda"));
      String other = sha256(directory.resolve("vdb"));

      Job job = restore(host, "full", new ImagesOf(VM, Set.of("vda")));

      assertThat(job.status().phase()).as(job.toString()).isEqualTo("complete");
      assertHas(directory.resolve("vda"), ImageFormat.QCOW2, "full", "vda");
      assertThat(sha256(directory.resolve("vdb"))).isEqualTo(other);
    }
  }

  @Test
  void whatIsDamagedIsToldByNameAndNothingIsThere() throws Exception {
    try (VmHost host = home.open()) {
      chain(host);
      flip(backups.resolve("full/vda.qcow2"));

      Job restored = restore(host, "third", newFiles("x", ImageFormat.QCOW2));
      Job verified = verify(host, "third");

      for (Job job : List.of(restored, verified)) {
        assertThat(job.status().state()).isEqualTo(JobState.FAILED);
        assertThat(job.status().phase()).isEqualTo("backup-damaged");
        assertThat(job.status().detail()).contains("'third' is damaged", "full/vda.qcow2'");
      }
      assertThat(target).isEmptyDirectory();
      assertThat(
              restore(
                      host,
                      "third",
                      new NewFiles(Map.of("vdb", target.resolve("vdb")), ImageFormat.RAW))
                  .status()
                  .phase())
          .isEqualTo("complete");
    }
  }

  @Test
  void hostileHeadersAndDescriptionsAreNeverFollowed() throws Exception {
    try (VmHost host = home.open()) {
      chain(host);
      Path third = backups.resolve("third/vda.qcow2");
      Path secret = Files.writeString(directory.resolve("secret"), "x".repeat(1024));
      for (String hostile :
          List.of(
              "json:{\"driver\":\"raw\",\"file.filename\":\"" + secret + "\"}",
              secret.toString(),
              "../third/vda.qcow2")) {
        run(
            "qemu-img",
            "rebase",
            "-u",
            "-f",
            "qcow2",
            "-F",
            "raw",
            "-b",
            hostile,
            third.toString());
        assertDamaged(host, "third", "as what it stands on");
      }
      run(
          "qemu-img",
          "rebase",
          "-u",
          "-f",
          "qcow2",
          "-F",
          "qcow2",
          "-b",
          "../second/vda.qcow2",
          third.toString());

      Files.write(third, new byte[70]);
      assertDamaged(host, "third", "has 70 bytes");
      Files.delete(third);
      Files.createSymbolicLink(third, secret);
      assertDamaged(host, "third", "is not there, or is no file");

      Path description = backups.resolve("second/backup.json");
      String said = Files.readString(description);
      Files.writeString(description, said.replace("\"since\":\"full\"", "\"since\":\"third\""));
      assertDamaged(host, "second", "stands on itself");
      Files.writeString(description, said.substring(0, 100));
      assertThatThrownBy(() -> restore(host, "second", newFiles("x", ImageFormat.RAW)))
          .isInstanceOf(NotFoundException.class);
      Files.write(description, new byte[2 << 20]);
      assertThatThrownBy(() -> restore(host, "second", newFiles("x", ImageFormat.RAW)))
          .isInstanceOf(NotFoundException.class);
      assertDamaged(host, "third", "stands on backup 'second', which is not there");
      assertThat(target).isEmptyDirectory();
    }
  }

  @Test
  void aFullDiskEndsARestoreAndNothingIsThere() throws Exception {
    try (SmallDisk small = SmallDisk.mount(truth.resolve("small"));
        VmHost host = home.open()) {
      start(host);
      write(host, "vda", "write -P 9 0 8M");
      write(host, "vdb", "write -P 9 0 8M");
      complete(host, request("full", Wanted.full()));

      Job job =
          restore(
              host,
              "full",
              new NewFiles(
                  Map.of("vda", small.resolve("vda"), "vdb", small.resolve("vdb")),
                  ImageFormat.RAW));

      assertThat(job.status().phase()).as(job.toString()).isEqualTo("no-space");
      assertThat(small.resolve("")).isEmptyDirectory();
    }
  }

  @Test
  void whatCannotBeRestoredIsRefused() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      Path there = Files.createFile(target.resolve("there"));

      assertRefused(host, "none", newFiles("x", ImageFormat.RAW), NotFoundException.class, "none");
      assertRefused(host, "full", to("vda", there), AlreadyExistsException.class, "there already");
      assertRefused(
          host, "full", to("vdz", target.resolve("z")), InvalidRequestException.class, "vda, vdb");
      assertRefused(
          host,
          "full",
          to("vda", target.resolve("no/vda")),
          HostFailureException.class,
          "no such directory");
      assertRefused(
          host,
          "full",
          to("vda", backups.resolve("full/more")),
          InvalidRequestException.class,
          "folder of a backup");
      assertThatThrownBy(
              () ->
                  host.backups()
                      .verify(there, new BackupName("full"), JobOptions.none(), CallOptions.none()))
          .isInstanceOf(HostFailureException.class);
      assertThat(target.toFile().list()).containsExactly("there");
    }
  }

  @Test
  void aBackupIsDeletedWhenNoOtherStandsOnIt() throws Exception {
    try (VmHost host = home.open()) {
      chain(host);
      assertThatThrownBy(() -> delete(host, "full"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("'second' stands on it");

      delete(host, "third");
      delete(host, "second");

      assertThat(backups.toFile().list()).containsExactly("full");
      assertThatThrownBy(() -> delete(host, "second")).isInstanceOf(NotFoundException.class);
      assertThat(verify(host, "full").status().phase()).isEqualTo("complete");
    }
  }

  // ---- its parts

  private void chain(VmHost host) throws Exception {
    start(host);
    for (String name : List.of("full", "second", "third")) {
      write(host, "vda", name.length());
      write(host, "vdb", name.length() + 1);
      complete(host, request(name, Wanted.incremental()));
      keep(name);
    }
  }

  private void assertDamaged(VmHost host, String name, String why) {
    assertRefused(host, name, newFiles("x", ImageFormat.QCOW2), HostFailureException.class, why);
  }

  private void assertRefused(
      VmHost host,
      String name,
      RestoreTarget where,
      Class<? extends BerthException> error,
      String why) {
    assertThatThrownBy(() -> restore(host, name, where))
        .isInstanceOf(error)
        .hasMessageContaining(why);
  }

  private Job restore(VmHost host, String name, RestoreTarget where) {
    Job job =
        host.backups()
            .restore(
                new BackupRestoreRequest(backups, new BackupName(name), where),
                JobOptions.none(),
                CallOptions.none());
    return ended(host, job);
  }

  private Job verify(VmHost host, String name) {
    Job job =
        host.backups().verify(backups, new BackupName(name), JobOptions.none(), CallOptions.none());
    return ended(host, job);
  }

  private void delete(VmHost host, String name) {
    host.backups().delete(backups, new BackupName(name), CallOptions.none());
  }

  private static RestoreTarget onto() {
    return new ImagesOf(VM, Set.of());
  }

  private static RestoreTarget to(String disk, Path file) {
    return new NewFiles(Map.of(disk, file), ImageFormat.QCOW2);
  }

  private RestoreTarget newFiles(String name, ImageFormat format) {
    return new NewFiles(
        Map.of("vda", file(name, "vda", format), "vdb", file(name, "vdb", format)), format);
  }

  private Path file(String name, String disk, ImageFormat format) {
    return target.resolve(name + "-" + disk + "." + format.text());
  }

  private void assertHas(Path image, ImageFormat format, String name, String disk)
      throws Exception {
    run(
        "qemu-img",
        "compare",
        "-q",
        "-f",
        format.text(),
        "-F",
        "raw",
        image.toString(),
        truth.resolve(name + "." + disk).toString());
  }

  /** Another byte, of what the guest sees. */
  private static void flip(Path image) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(file.length() - 1);
      int last = file.read();
      file.seek(file.length() - 1);
      file.write(last ^ 1);
    }
  }
}
