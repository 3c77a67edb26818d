package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.image.Qcow2Header;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.testing.LeakCheck;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files that are given open: what is seen of them, and what QEMU gets. */
@ExtendWith(LeakCheck.class)
final class GivenFileTest {
  @TempDir Path directory;
  private Path image;
  private RandomAccessFile file;

  @BeforeEach
  void open() throws IOException {
    image = Files.write(directory.resolve("image"), new byte[4096]);
    file = new RandomAccessFile(image.toFile(), "rw");
    file.seek(512);
  }

  @AfterEach
  void close() throws IOException {
    file.close();
  }

  @Test
  void qemuGetsAnOpenFileDescriptionOfItsOwn() throws Exception {
    GivenFile given = GivenFile.of(file.getFD());

    try (PassedDescriptor passed = PassedDescriptor.anew(given, FileAccess.READ_WRITE)) {
      assertThat(position(passed)).isZero();
    }
  }

  @Test
  void aFileThatThisUserMayNotOpenIsPassedAsItIs() throws Exception {
    GivenFile given = GivenFile.of(file.getFD());
    protect(image);
    try (PassedDescriptor passed = PassedDescriptor.anew(given, FileAccess.READ_WRITE)) {
      assertThat(position(passed)).as("of the caller's open file description").isEqualTo(512);
    } finally {
      unprotect(image);
    }
  }

  @Test
  void whatIsGivenAgainIsOnRecordAsTheFileThatItIs() throws Exception {
    AssemblyStep before =
        new PassGivenFile(2, "data", new FileKey(1, 2), FileAccess.READ_WRITE, "data rw");

    try (HeldResources held =
        HeldResources.copyOf(Map.of("data", file.getFD()), Map.<String, byte[]>of())) {
      assertThat(GivenAgain.of(saved(before), held).assembly())
          .containsExactly(
              new PassGivenFile(2, "data", HostFiles.key(image), FileAccess.READ_WRITE, "data rw"));
    }
  }

  private LaunchRecord saved(AssemblyStep step) {
    return new LaunchRecord(
        new LaunchRecord.Subject(new UUID(1, 2), new DomainName("web"), 1, "0".repeat(32)),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, ByteSize.mebibytes(64), "tcg", "why"),
        List.of("qemu"),
        List.of(step),
        List.of(),
        new MachineFiles(directory, directory, ByteSize.mebibytes(1)));
  }

  @Test
  void lookingLeavesTheOffsetAlone() throws Exception {
    GivenFile given = GivenFile.of(file.getFD());

    assertThat(given.obstacle(FileAccess.READ_WRITE)).isEmpty();
    assertThat(Qcow2Header.read(given.content())).isEmpty();
    assertThat(given.key().inode()).isEqualTo(Files.getAttribute(image, "unix:ino"));
    assertThat(file.getFilePointer()).isEqualTo(512);
  }

  @Test
  void whatADescriptorMayNotIsNotHadThroughTheHost() throws Exception {
    try (RandomAccessFile readable = new RandomAccessFile(image.toFile(), "r")) {
      GivenFile given = GivenFile.of(readable.getFD());

      assertThat(given.obstacle(FileAccess.READ_ONLY)).isEmpty();
      assertThat(given.obstacle(FileAccess.READ_WRITE).orElseThrow())
          .contains("is open for reading only");
    }
    try (FileOutputStream writable = new FileOutputStream(image.toFile(), true)) {
      assertThat(GivenFile.of(writable.getFD()).obstacle(FileAccess.READ_ONLY).orElseThrow())
          .contains("is not open for reading");
    }
  }

  /** The kernel shows a descriptor's offset in decimal, its first line. */
  private static long position(PassedDescriptor passed) throws IOException {
    int number = GivenFile.of(passed.descriptor()).number();
    String first = Files.readAllLines(Path.of("/proc/self/fdinfo/" + number)).get(0);
    return Long.parseLong(first.replaceFirst("pos:\\s*", ""));
  }

  /** Root may open anything but what is immutable. */
  private static void protect(Path file) throws Exception {
    if (System.getProperty("user.name").equals("root")) {
      assumeTrue(run("chattr", "+i", file.toString()), "this file system has no such flag");
    } else {
      assertThat(run("chmod", "000", file.toString())).isTrue();
    }
  }

  private static void unprotect(Path file) throws Exception {
    if (System.getProperty("user.name").equals("root")) {
      run("chattr", "-i", file.toString());
    } else {
      run("chmod", "600", file.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }
}
