package dev.berth.engine.qemu;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What a QEMU that has ended wrote last, which is mostly why. For threads that may read files. */
public final class QemuLastWords {
  private static final String LOG = "qemu.log";
  private static final int READ_BYTES = 4096;
  private static final int LINES = 2;

  private QemuLastWords() {}

  /** Empty when there are none. */
  public static String in(Path logDirectory) {
    try (RandomAccessFile log = new RandomAccessFile(logDirectory.resolve(LOG).toFile(), "r")) {
      log.seek(Math.max(0, log.length() - READ_BYTES));
      byte[] end = new byte[(int) (log.length() - log.getFilePointer())];
      log.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      return String.join(" ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    } catch (IOException none) {
      return "";
    }
  }
}
