package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Backups that real QEMUs write to files that are given with the call. */
final class BackupToGivenFilesTest extends BackupFixture {

  @Test
  void disksAreWrittenToFilesThatTheirGiverHasClosed() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("chain", Wanted.full()));
      write(host, "vda", 1);
      keep("given");
      Path vda = Files.write(truth.resolve("target-a"), new byte[9 << 20]);
      Path vdb = Files.createFile(truth.resolve("target-b"));

      Job job = give(host, raw("given"), Map.of("vda", vda, "vdb", vdb));

      assertThat(ended(host, job).status().phase()).as(job.toString()).isEqualTo("complete");
      run("cmp", vda.toString(), truth.resolve("given.vda").toString());
      run("cmp", vdb.toString(), truth.resolve("given.vdb").toString());
      Backup backup = host.backups().list(backups, CallOptions.none()).get(1);
      for (BackedUpDisk disk : backup.disks()) {
        assertThat(disk.place()).isEqualTo(Backup.Place.GIVEN);
        assertThat(disk.content().sha256()).isEqualTo(sha256(disk.file()));
      }
      host.resume(VM, CallOptions.none()); // only then QEMU closes what it is told
      eventually(() -> assertThat(query(host, "query-fdsets", "{}")).hasSize(2));
      complete(host, request("next", Wanted.since(new BackupName("chain"))));
    }
  }

  @Test
  void aQcow2IsWrittenToAGivenFileAndAStoppedDomainIsToo() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      write(host, "vda", 3);
      keep("given");
      Path vda = Files.write(truth.resolve("target-a"), new byte[9 << 20]);

      Job running = give(host, request("running", Wanted.full()), Map.of("vda", vda));
      assertThat(ended(host, running).status().phase()).isEqualTo("complete");
      compare("qcow2", vda, "vda");
      run("qemu-img", "check", "-q", "-f", "qcow2", vda.toString());
      compare("qcow2", backups.resolve("running/vdb.qcow2"), "vdb");

      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      Job stopped = give(host, raw("stopped"), Map.of("vda", vda));
      assertThat(ended(host, stopped).status().phase()).isEqualTo("complete");
      compare("raw", vda, "vda");
    }
  }

  @Test
  void aBlockDeviceThatIsLargerTakesADisk() throws Exception {
    Path file = Files.write(truth.resolve("device"), new byte[10 << 20]);
    Path small = Files.write(truth.resolve("small"), new byte[4 << 20]);
    try (LoopDevice device = LoopDevice.of(file);
        LoopDevice tooSmall = LoopDevice.of(small);
        VmHost host = home.open()) {
      start(host);
      write(host, "vda", 4);
      keep("given");

      assertThatThrownBy(() -> give(host, raw("x"), Map.of("vda", tooSmall.path())))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("has 4194304 bytes, and the disk 8388608", "a larger one");
      BackupRequest qcow2 = request("x", Wanted.full());
      assertThatThrownBy(() -> give(host, qcow2, Map.of("vda", device.path())))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("takes a raw image only");
      Job job = give(host, raw("given"), Map.of("vda", device.path()));

      assertThat(ended(host, job).status().phase()).as(job.toString()).isEqualTo("complete");
      run("cmp", "-n", "8388608", device.path().toString(), truth.resolve("given.vda").toString());
    }
  }

  @Test
  void itGoesOnWithoutTheHostThatWasGivenTheFile() throws Exception {
    Path vda = Files.createFile(truth.resolve("target-a"));
    Job job;
    try (VmHost host = home.open()) {
      start(host);
      write(host, "vda", 1);
      keep("given");
      BackupRequest slow =
          new BackupRequest(new BackupName("given"), backups, Set.of("vda"), Wanted.full(), SLOW);
      job = give(host, slow.with(ImageFormat.RAW), Map.of("vda", vda));
      awaitPhase(host, job, "writing");
      write(host, "vda", 2);
    }
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      query(
          host,
          "block-job-set-speed",
          Json.text(Json.object().put("device", "b" + job.id() + "-0").put("speed", 0)));

      Job ended = ended(host, job);

      assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
      assertThat(ended.status().detail()).contains("not read back");
      run("cmp", vda.toString(), truth.resolve("given.vda").toString());
      host.resume(VM, CallOptions.none()); // only then QEMU closes what it is told
      eventually(() -> assertThat(query(host, "query-fdsets", "{}")).hasSize(2));
    }
  }

  @Test
  void whatAMachineOrAnotherBackupHasIsNotWrittenTo() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("there", Wanted.full()));
      Path own = directory.resolve("vdb");
      Path image = backups.resolve("there/vda.qcow2");
      String before = sha256(image);

      assertThatThrownBy(() -> give(host, raw("x"), Map.of("vda", own)))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContainingAll("backup of disk 'vda'", "the machine of domain 'vm'");
      assertThatThrownBy(() -> give(host, raw("x"), Map.of("vda", image)))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("an image of backup 'there'");

      assertThat(sha256(image)).isEqualTo(before);
      assertThat(backups.toFile().list()).containsExactly("there");
    }
  }

  private BackupRequest raw(String name) {
    return request(name, Wanted.full()).with(ImageFormat.RAW);
  }

  private void compare(String format, Path image, String disk) throws Exception {
    run(
        "qemu-img",
        "compare",
        "-q",
        "-f",
        format,
        "-F",
        "raw",
        image.toString(),
        truth.resolve("given." + disk).toString());
  }

  /** Gives the files, and closes them as soon as the call has returned. */
  private static Job give(VmHost host, BackupRequest request, Map<String, Path> files)
      throws IOException {
    Map<String, FileDescriptor> descriptors = new TreeMap<>();
    Map<String, RandomAccessFile> open = new TreeMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      open.put(file.getKey(), new RandomAccessFile(file.getValue().toFile(), "rw"));
      descriptors.put(file.getKey(), open.get(file.getKey()).getFD());
    }
    try (Resources targets =
        Resources.of(descriptors, Map.of())
            .closing(open.values().toArray(RandomAccessFile[]::new))) {
      return host.backups()
          .create(VM, request, targets, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
    }
  }
}
