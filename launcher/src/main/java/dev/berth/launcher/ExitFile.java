package dev.berth.launcher;

import dev.berth.machine.MachineFiles;
import dev.berth.machine.ProcessExit;
import java.io.IOException;
import java.nio.file.Files;

/** Reads what the shell above QEMU wrote down when QEMU ended. */
final class ExitFile {
  private ExitFile() {}

  static boolean exists(MachineFiles files) {
    return Files.exists(files.exitFile());
  }

  /** How QEMU ended; unknown when nobody wrote it down. */
  static ProcessExit read(MachineFiles files) {
    try {
      return ProcessExit.ofShellCode(Integer.parseInt(Files.readString(files.exitFile()).strip()));
    } catch (IOException | NumberFormatException unknown) {
      return ProcessExit.UNKNOWN;
    }
  }
}
