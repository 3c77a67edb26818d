package dev.berth.cli;

import dev.berth.config.HomeLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a daemon that vmctl starts writes its standard output and error.
 *
 * @param file the log
 * @param earlierBytes how long it was before this start
 */
record DaemonLog(Path file, long earlierBytes) {
  private static final int SHOWN_BYTES = 4096;

  /** The log of that home, in directories for its user alone. */
  static DaemonLog of(HomeLayout layout) throws IOException {
    Files.createDirectories(
        layout.logDirectory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path file = layout.logDirectory().resolve("daemon.log");
    return new DaemonLog(file, Files.exists(file) ? Files.size(file) : 0);
  }

  /** The end of what was written since this start. */
  String added() throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(earlierBytes, log.length() - SHOWN_BYTES);
      byte[] bytes = new byte[Math.toIntExact(Math.max(0, log.length() - from))];
      log.seek(from);
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    }
  }
}
