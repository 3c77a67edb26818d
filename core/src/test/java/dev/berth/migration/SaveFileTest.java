package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.Relaunch;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SavedMachine.Origin;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SaveFileTest {
  private static final byte[] STREAM = "what QEMU writes".getBytes(StandardCharsets.UTF_8);
  private static final String INCARNATION = "0123456789abcdef0123456789abcdef";

  private static final GuestCpu CPU =
      new GuestCpu("GenuineIntel", Map.of("vmx", true, "sse4.2", false));

  @TempDir private Path directory;

  @Test
  void aFileSaysWhatItIsOf() throws IOException {
    Path file = described();

    SavedMachine saved = SaveFile.readAll(file);

    assertThat(saved.guest()).isEqualTo(Guest.RUNNING);
    assertThat(saved.launch()).isEqualTo(launch());
    assertThat(saved.cpu()).isEqualTo(CPU);
    assertThat(saved.stream().bytes()).isEqualTo(STREAM.length);
    assertThat(Files.readAllBytes(file)).startsWith(STREAM);
    assertThat(saved.images()).extracting(ImageState::change).allMatch(change -> change.isEmpty());
  }

  @Test
  void whatIsDescribedAgainIsDescribedOnce() throws IOException {
    Path file = described();
    byte[] once = Files.readAllBytes(file);

    SaveFile.describe(file, STREAM.length, this::saved);

    assertThat(Files.readAllBytes(file)).isEqualTo(once);
  }

  @Test
  void whatIsNotWholeIsNotUsed() throws IOException {
    Path file = described();
    byte[] whole = Files.readAllBytes(file);
    for (int bytes = 0; bytes < whole.length; bytes++) {
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(0);
        cut.write(whole, 0, bytes);
      }
      assertThatThrownBy(() -> SaveFile.readAll(file)).isInstanceOf(HostFailureException.class);
    }
  }

  @Test
  void whatIsDamagedIsNotUsed() throws IOException {
    Path file = described();
    byte[] whole = Files.readAllBytes(file);
    for (int place = 0; place < whole.length; place++) {
      byte[] damaged = whole.clone();
      damaged[place] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> SaveFile.readAll(file)).isInstanceOf(HostFailureException.class);
    }
  }

  @Test
  void whatIsNoFileIsNotWaitedFor() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(directory.resolve("link"), described());

    for (Path file : List.of(pipe, link, directory)) {
      assertThatThrownBy(() -> SaveFile.read(file))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll(file.toString(), "no regular file", "Name the file itself");
    }
    assertThatThrownBy(() -> SaveFile.read(directory.resolve("none")))
        .hasMessageContaining("There is no file '" + directory.resolve("none") + "'");
  }

  @Test
  void whatOthersMayWriteIsNotBelieved() throws IOException {
    Path file = described();
    for (String rights : List.of("rw--w----", "rw-----w-")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
      assertThatThrownBy(() -> SaveFile.readAll(file))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll(file.toString(), "others may write to it", "chmod go-w");
    }
  }

  @Test
  void whatSomebodyElseHasMadeIsNotBelieved() throws IOException {
    Path file = described();
    assumeThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0); // who may give files away
    Files.setAttribute(file, "unix:uid", 4711);

    assertThatThrownBy(() -> SaveFile.read(file))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContainingAll(file.toString(), "user 4711", "chown");
  }

  @Test
  void aRecordThatCannotBeReadIsToldWithWhatToDo() throws IOException {
    ObjectNode document = SavedMachineCodec.write(SaveFile.read(described()));
    String launch = document.path("launch").asText();

    document.put("launch", launch.replace("\"format\":1", "\"format\":99"));
    assertThatThrownBy(() -> SavedMachineCodec.read(document))
        .hasMessageContainingAll("newer version of Berth", "Restore it with that");
    document.put("launch", "{");
    assertThatThrownBy(() -> SavedMachineCodec.read(document))
        .hasMessageContainingAll("cannot be read", "version of Berth that has written it");
  }

  @Test
  void anImageThatWasWrittenToIsNoticed() throws IOException {
    Path file = described();
    Files.write(directory.resolve("image"), new byte[2]);

    assertThat(SaveFile.read(file).images())
        .extracting(ImageState::change)
        .allMatch(change -> change.orElse("").contains("image' was written to"));
  }

  @Test
  void whatDoesNotTellIsNotTakenForUnchanged() {
    ImageState device = new ImageState(Path.of("/dev/some"), 0, Instant.EPOCH, "boot 7:0 1 8 0");
    AssemblyStep given =
        new PassGivenFile(2, "data", new FileKey(1, 2), FileAccess.READ_WRITE, "data rw");
    SavedMachine saved =
        new SavedMachine(
            new Origin(new JobId("0123456789ab"), "test", Instant.EPOCH),
            Guest.RUNNING,
            launch(given),
            GuestCpu.UNKNOWN,
            List.of(device),
            new SavedMachine.Stream(0, 0));

    assertThat(saved.changes())
        .containsExactly(
            "'/dev/some' is a device, which does not tell whether it was",
            "file 'data' is given, and does not tell whether it was");
  }

  @Test
  void aMachineThatLoadsAStateIsTheSameInAnotherPlace() throws IOException {
    String other = "fedcba9876543210fedcba9876543210";

    LaunchRecord again = Relaunch.of(launch(), other);

    assertThat(again.incarnation()).isEqualTo(other);
    assertThat(again.argv())
        .containsExactly("qemu", "/run/" + other + "/qmp", "-incoming", "defer");
    assertThat(again.assembly()).isEqualTo(launch().assembly());
    assertThat(Relaunch.of(again, INCARNATION).argv()).doesNotHaveDuplicates();
  }

  private Path described() throws IOException {
    Path file = Files.write(directory.resolve("save"), STREAM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.write(directory.resolve("image"), new byte[1]);
    SaveFile.describe(file, STREAM.length, this::saved);
    return file;
  }

  private SavedMachine saved(SavedMachine.Stream stream) {
    Origin origin = new Origin(new JobId("0123456789ab"), "test", Instant.EPOCH);
    try {
      return new SavedMachine(
          origin, Guest.RUNNING, launch(), CPU, ImageState.ofMachine(launch()), stream);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private LaunchRecord launch() {
    return launch(new PassFile(1, directory.resolve("image"), FileAccess.READ_WRITE, "image rw"));
  }

  private static LaunchRecord launch(AssemblyStep step) {
    return new LaunchRecord(
        new LaunchRecord.Subject(new UUID(1, 2), new DomainName("web"), 1, INCARNATION),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, ByteSize.mebibytes(64), "tcg", "why"),
        List.of("qemu", "/run/" + INCARNATION + "/qmp"),
        List.of(step),
        List.of(),
        new MachineFiles(Path.of("/run/" + INCARNATION), Path.of("/log"), ByteSize.mebibytes(1)));
  }
}
