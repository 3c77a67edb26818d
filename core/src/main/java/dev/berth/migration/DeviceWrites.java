package dev.berth.migration;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * How much this machine has written to a block device since it was booted, by the kernel's count:
 * {@code /sys/dev/block/MAJOR:MINOR/stat}. What another machine writes to the same storage is in no
 * count here, nor is what goes to it by another device: by the whole disk of a partition, or by one
 * path of several.
 */
final class DeviceWrites {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path DEVICES = Path.of("/sys/dev/block");
  private static final int SECTORS_WRITTEN = 6;
  private static final int SECTORS_DISCARDED = 13;
  private static final String UNKNOWN = "";

  private DeviceWrites() {}

  /**
   * The count as text that begins with the boot in which it counts, and is another after the least
   * write; empty when there is none. What was written and is in memory yet is written first.
   */
  static String of(Path device) {
    return of(device, DEVICES);
  }

  /** The same, by what the kernel shows there. */
  static String of(Path device, Path devices) {
    try (FileChannel open = FileChannel.open(device, StandardOpenOption.READ)) {
      open.force(true);
      Path kernels = devices.resolve(number(device)).toRealPath();
      if (!counts(kernels)) {
        return UNKNOWN;
      }
      String[] figures = line(kernels.resolve("stat")).split(" +");
      return String.join(
          " ",
          line(BOOT),
          number(device),
          sequence(kernels),
          figures[SECTORS_WRITTEN],
          figures.length > SECTORS_DISCARDED ? figures[SECTORS_DISCARDED] : UNKNOWN);
    } catch (IOException | ArrayIndexOutOfBoundsException none) {
      return UNKNOWN;
    }
  }

  /** Whether a difference between two such texts means that something was written. */
  static boolean areComparable(String then, String now) {
    return boot(then).isPresent() && boot(then).equals(boot(now));
  }

  private static Optional<String> boot(String written) {
    return Optional.of(written.split(" ", 2)[0]).filter(boot -> !boot.isEmpty());
  }

  /** Which of the devices that had that number one after the other; since Linux 5.15. */
  private static String sequence(Path kernels) throws IOException {
    Path file = kernels.resolve("diskseq");
    return Files.exists(file) ? line(file) : UNKNOWN;
  }

  /** A partition is counted as its disk is. */
  private static boolean counts(Path kernels) throws IOException {
    Path own = kernels.resolve("queue/iostats");
    return line(Files.exists(own) ? own : kernels.resolveSibling("queue/iostats")).equals("1");
  }

  private static String line(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static String number(Path device) throws IOException {
    long number = (Long) Files.getAttribute(device, "unix:rdev");
    long major = number >> 8 & 0xfff | number >> 32 & ~0xfffL;
    long minor = number & 0xff | number >> 12 & ~0xffL;
    return major + ":" + minor;
  }
}
