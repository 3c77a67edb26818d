package dev.berth.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.DomainName;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backups on the host's file system, and what lies about there that is none. */
final class LocalBackupFilesTest {
  private static final BackupName NAME = new BackupName("first");

  private static final JobId JOB = new JobId("0123456789ab");

  @TempDir private Path directory;
  private final BackupFiles files = new LocalBackupFiles();
  private Path partial;
  private Path folder;

  @BeforeEach
  void names() {
    partial = directory.resolve("first.012345678901.part");
    folder = directory.resolve("first");
  }

  @Test
  void whatIsCompleteHasItsNameAndDescribesItself() throws IOException {
    Content content = grown();
    assertThat(files.list(directory)).isEmpty();

    files.complete(partial, backup(content));

    assertThat(files.list(directory)).containsExactly(backup(content));
    assertThat(content.fileBytes()).isEqualTo(3);
    assertThat(content.sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(files.isThere(partial)).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("vda.qcow2"))))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsMissingIsNoBackupOfThatJob() throws IOException {
    assertThatThrownBy(() -> files.requireComplete(folder, JOB))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("was its directory mounted?");
    files.complete(partial, backup(grown()));

    files.requireComplete(folder, JOB);

    assertThatThrownBy(() -> files.requireComplete(folder, new JobId("ffffffffffff")))
        .isInstanceOf(HostFailureException.class);
    assertThat(files.hasImages(files.list(directory).get(0))).isTrue();
    Files.writeString(folder.resolve("vda.qcow2"), "ab");
    assertThat(files.hasImages(files.list(directory).get(0))).isFalse();
  }

  @Test
  void aNameThatDoesNotReachTheDiskIsTakenBack() throws IOException {
    BackupFiles failing =
        new LocalBackupFiles(
            synced -> {
              if (synced.equals(directory)) {
                throw new IOException("Input/output error");
              }
            });
    Backup backup = backup(grown());

    assertThatThrownBy(() -> failing.complete(partial, backup))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Input/output error");
    assertThat(files.list(directory)).isEmpty();
    assertThat(files.isThere(partial)).isTrue();
    files.complete(partial, backup);
    assertThatThrownBy(() -> failing.requireComplete(folder, JOB))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Input/output error");
  }

  @Test
  void whereEverybodyMayRenameNothingIsWritten() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> files.check(directory, NAME))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("chmod o-w");
  }

  @Test
  void aLinkInThePlaceOfAFolderIsNotFollowed() throws IOException {
    Path others = Files.createDirectory(directory.resolve("others"));
    Files.writeString(others.resolve("precious"), "precious");
    Files.createSymbolicLink(partial, others);

    assertThatThrownBy(() -> files.discard(partial)).isInstanceOf(HostFailureException.class);
    assertThat(others.resolve("precious")).hasContent("precious");
  }

  @Test
  void aDirectoryOfBackupsCanBeMoved() throws IOException {
    files.complete(partial, backup(grown()));
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.move(folder, elsewhere.resolve("first"));

    assertThat(files.list(elsewhere).get(0).disks().get(0).file())
        .isEqualTo(elsewhere.resolve("first/vda.qcow2"));
  }

  @Test
  void nothingThatIsThereIsReplaced() throws IOException {
    Content content = grown();
    Files.createDirectory(folder);

    assertThatThrownBy(() -> files.complete(partial, backup(content)))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> files.check(directory, NAME))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(folder).isEmptyDirectory();
    assertThat(files.isThere(partial)).isTrue();
  }

  @Test
  void whatIsDiscardedIsGoneHoweverOften() throws IOException {
    grown();

    files.discard(partial);
    files.discard(partial);

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatIsMissingIsToldByItsPath() {
    Path none = directory.resolve("none");

    assertThatThrownBy(() -> files.list(none))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(none.toString());
    assertThatThrownBy(() -> files.check(none, NAME))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Make it first.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "vda.qcow2"          | "../../etc/passwd"
          "vda.qcow2"          | ".."
          "version":1          | "version":2
          "first"              | "second"
          "first"              | "../first"
          "full"               | "half"
          "sizeBytes":8388608  | "sizeBytes":-1
          "sequence":1         | "sequence":"one"
          {                    | [
          """)
  void whatDescribesNoBackupIsPassedOver(String right, String wrong) throws IOException {
    files.complete(partial, backup(grown()));
    Path description = folder.resolve("backup.json");
    String text = Files.readString(description);
    assertThat(text).contains(right);

    Files.writeString(description, text.replace(right, wrong));

    assertThat(files.list(directory)).isEmpty();
  }

  @Test
  void aDescriptionThatIsALinkOrHugeIsNotRead() throws IOException {
    files.complete(partial, backup(grown()));
    Path description = folder.resolve("backup.json");
    Path other = directory.resolve("other.json");
    Files.move(description, other);

    Files.createSymbolicLink(description, other);
    assertThat(files.list(directory)).isEmpty();

    Files.delete(description);
    Files.writeString(description, " ".repeat(2 << 20) + Files.readString(other));
    assertThat(files.list(directory)).isEmpty();
  }

  private Content grown() throws IOException {
    files.makeFolder(partial);
    Path image = partial.resolve("vda.qcow2");
    try (RandomAccessFile file = files.create(image)) {
      file.writeBytes("abc");
    }
    files.force(image);
    return files.content(image, 8 << 20);
  }

  private Backup backup(Content content) {
    return new Backup(
        NAME,
        new Backup.Origin(new UUID(0, 1), new DomainName("web"), "me", 1, JOB),
        Instant.parse("2026-11-27T12:00:00Z"),
        folder,
        List.of(
            new BackedUpDisk(
                "vda",
                folder.resolve("vda.qcow2"),
                ImageFormat.QCOW2,
                Extent.FULL,
                Optional.empty(),
                "",
                content)));
  }
}
