package dev.berth.engine.save;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.engine.save.SaveFiles.Written;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.migration.SavedMachine;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the images of a machine were when its state was all written. */
final class LocalSaveFilesTest {
  @TempDir private Path directory;
  private final SaveFiles files = new LocalSaveFiles();
  private Path image;
  private Path partial;

  @BeforeEach
  void aStateThatIsAllWritten() throws IOException {
    image = Files.write(directory.resolve("image"), new byte[1]);
    partial = directory.resolve("save.part");
    try (FileOutputStream grown = files.create(partial)) {
      grown.write(1);
    }
  }

  @Test
  void howTheyWereThenIsWhatCounts() throws IOException {
    Path target = directory.resolve("save");
    Written written = files.settle(partial, launch()).orElseThrow();
    touch(Instant.now().plusSeconds(3600));

    files.complete(
        partial,
        target,
        new SaveFiles.Facts(
            new SavedMachine.Origin(new JobId("0123456789ab"), "test", Instant.EPOCH),
            SavedMachine.Guest.RUNNING,
            launch(),
            GuestCpu.UNKNOWN,
            written));

    assertThat(files.readAll(target).changes())
        .containsExactly("'" + image + "' was written to at " + modified());
  }

  @Test
  void oneThatWasWrittenToAfterTheGuestStoodMakesItNoSave() throws IOException {
    touch(Instant.now().plusSeconds(3600));

    assertThatThrownBy(() -> files.settle(partial, launch()))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Somebody has written to '" + image + "' since the guest stood");
  }

  @Test
  void aDirectoryWithoutRoomIsToldBeforeAnythingIsWritten() throws IOException {
    Path saves = directory.resolve("saves");

    assertThatThrownBy(() -> files.makeRoom(saves, Long.MAX_VALUE))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("bytes free in '" + saves + "'")
        .hasMessageContaining("save it to a file elsewhere");

    files.makeRoom(saves, 1);
    assertThat(Files.getPosixFilePermissions(saves))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void oneThatIsGoneIsNamedAndAFileThatIsGoneIsNone() throws IOException {
    Files.delete(image);
    assertThatThrownBy(() -> files.settle(partial, launch()))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(image.toString());

    Files.delete(partial);
    assertThat(files.settle(partial, launch())).isEmpty();
  }

  private void touch(Instant at) throws IOException {
    Files.setLastModifiedTime(image, FileTime.from(at));
  }

  private Instant modified() throws IOException {
    return Files.getLastModifiedTime(image).toInstant();
  }

  private LaunchRecord launch() {
    return new LaunchRecord(
        new LaunchRecord.Subject(new UUID(1, 2), new DomainName("web"), 1, "0".repeat(32)),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, ByteSize.mebibytes(64), "tcg", "why"),
        List.of("qemu"),
        List.of(new PassFile(1, image, FileAccess.READ_WRITE, "image rw")),
        List.of(),
        new MachineFiles(Path.of("/run"), Path.of("/log"), ByteSize.mebibytes(1)));
  }
}
