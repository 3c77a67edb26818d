package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel's counts say of writes to a device, and what they say nothing of. */
final class DeviceWritesTest {
  private static final String STAT = "   10  0  80  4   20  0  %d  9  0  12  13  5  0  %d  3";

  @TempDir Path directory;
  private Path device;

  /** As the kernel shows a device, but for its number: that of a file is 0:0. */
  private Path kernels;

  @BeforeEach
  void aDevice() throws IOException {
    device = Files.createFile(directory.resolve("device"));
    kernels = Files.createDirectories(directory.resolve("disk/0:0"));
    written(700, 0);
  }

  @Test
  void whatIsWrittenIsSeen() throws IOException {
    counted(kernels, "1");
    String before = now();

    written(701, 0);
    String after = now();

    assertThat(after).isNotEqualTo(before);
    assertThat(DeviceWrites.areComparable(before, after)).isTrue();
  }

  @Test
  void whatIsDiscardedIsSeen() throws IOException {
    counted(kernels, "1");
    String before = now();

    written(700, 8);

    assertThat(now()).isNotEqualTo(before);
  }

  /** Its count stands still whatever is written, and would look as if nothing was. */
  @Test
  void aDeviceWhoseWritesAreNotCountedTellsNothing() throws IOException {
    counted(kernels, "0");

    assertThat(now()).isEmpty();
    assertThat(DeviceWrites.areComparable(now(), now())).isFalse();
  }

  @Test
  void aPartitionIsCountedAsItsDiskIs() throws IOException {
    counted(kernels.resolveSibling(""), "0");
    assertThat(now()).isEmpty();

    counted(kernels.resolveSibling(""), "1");
    assertThat(now()).isNotEmpty();
  }

  @Test
  void aDeviceOfWhichNobodySaysWhetherItIsCountedTellsNothing() {
    assertThat(now()).isEmpty();
  }

  private String now() {
    return DeviceWrites.of(device, kernels.resolveSibling(""));
  }

  private void written(int sectors, int discarded) throws IOException {
    Files.writeString(kernels.resolve("stat"), STAT.formatted(sectors, discarded) + "\n");
  }

  private static void counted(Path disk, String whether) throws IOException {
    Files.createDirectories(disk.resolve("queue"));
    Files.writeString(disk.resolve("queue/iostats"), whether + "\n");
  }
}
