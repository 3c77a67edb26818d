package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Proves an accelerator by running a program as a guest: {@code /dev/kvm} can open, and QEMU start
 * with it, where no guest ever gets anywhere. The program is {@code src/main/asm}'s; its answer
 * becomes QEMU's exit code. Stateless.
 */
final class AcceleratorTest {
  /** What QEMU's debug-exit device makes of the program's 0x2a. */
  private static final int PASSED = 0x2a << 1 | 1;

  private static final int FIRMWARE_SIZE = 64 << 10;
  private static final int PROGRAM_OFFSET = 0xf000;
  private static final int RESET_VECTOR = 0xfff0;

  /** {@code ljmp $0xff00, $0}: where the program is, as the processor sees it after reset. */
  private static final byte[] JUMP = {(byte) 0xea, 0, 0, 0, (byte) 0xff};

  private final Path scratch;
  private final Duration limit;

  /**
   * A test.
   *
   * @param scratch directory for the program's file, while it runs
   * @param limit how long the program may take
   */
  AcceleratorTest(Path scratch, Duration limit) {
    this.scratch = scratch;
    this.limit = limit;
  }

  /**
   * Runs the program.
   *
   * @return empty when it ran, else why the accelerator cannot be used
   * @throws InterruptedException when the caller is interrupted; QEMU is ended
   */
  Optional<String> run(QemuInstall qemu, String accelerator, String cpuModel)
      throws InterruptedException {
    Path firmware = writeFirmware();
    try {
      ShortRun.Result result = ShortRun.of(argv(qemu, accelerator, cpuModel, firmware), "", limit);
      if (!result.timedOut() && result.exitCode() == PASSED) {
        return Optional.empty();
      }
      return Optional.of(
          result.timedOut()
              ? "a test program did not get through within " + limit.toMillis() + " ms"
              : "QEMU ended with exit code "
                  + result.exitCode()
                  + " while it ran a test program"
                  + result.lastWords());
    } finally {
      RunFiles.deleteIfPossible(firmware);
    }
  }

  private static List<String> argv(
      QemuInstall qemu, String accelerator, String cpuModel, Path firmware) {
    return List.of(
        qemu.binary().toString(),
        "-no-user-config",
        "-nodefaults",
        "-machine",
        "pc",
        "-accel",
        accelerator,
        "-cpu",
        cpuModel,
        "-m",
        "2M",
        "-display",
        "none",
        "-bios",
        firmware.toString(),
        "-device",
        OptionText.of("isa-debug-exit").with("iobase", "0x501").with("iosize", 1).toString());
  }

  private Path writeFirmware() {
    byte[] image = new byte[FIRMWARE_SIZE];
    byte[] program = program();
    System.arraycopy(program, 0, image, PROGRAM_OFFSET, program.length);
    System.arraycopy(JUMP, 0, image, RESET_VECTOR, JUMP.length);
    try {
      Files.createDirectories(scratch);
      return Files.write(Files.createTempFile(scratch, "accelerator-test-", ".bin"), image);
    } catch (IOException failure) {
      throw new HostFailureException(
          "Cannot write to the cache directory " + scratch + ": " + failure.getMessage() + ".",
          failure);
    }
  }

  private static byte[] program() {
    try (InputStream resource = AcceleratorTest.class.getResourceAsStream("accelerator-test.bin")) {
      if (resource == null) {
        throw new IllegalStateException("accelerator-test.bin is missing from the launcher's jar");
      }
      return resource.readAllBytes();
    } catch (IOException failure) {
      throw new IllegalStateException("the launcher's jar is damaged", failure);
    }
  }
}
