package dev.berth.config.doctor;

import dev.berth.config.HomeLayout;
import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Whether there is room for the store, the logs and the sockets: once for each file system. */
final class SpaceFindings {
  private static final String CHECK = "free space";

  /** The store refuses changes when it cannot grow; its file is some MiB and is copied at times. */
  private static final long PROBLEM_BYTES = 64L << 20;

  /** A console log of 16 MiB for each of some dozens of domains. */
  private static final long NOTE_BYTES = 1L << 30;

  private final HomeLayout layout;

  SpaceFindings(HomeLayout layout) {
    this.layout = layout;
  }

  List<Finding> examine() {
    Map<String, Path> directories = new LinkedHashMap<>();
    directories.put("home", layout.home());
    directories.put("logs", layout.logDirectory());
    Map<FileStore, List<String>> uses = new LinkedHashMap<>();
    List<Finding> findings = new ArrayList<>();
    directories.forEach(
        (use, directory) -> {
          Path existing = DirectoryFindings.existing(directory);
          try {
            uses.computeIfAbsent(Files.getFileStore(existing), store -> new ArrayList<>()).add(use);
          } catch (IOException unreadable) {
            findings.add(unreadable(existing, unreadable));
          }
        });
    uses.forEach((store, what) -> findings.add(examine(store, String.join(" and ", what))));
    return findings;
  }

  private static Finding examine(FileStore store, String use) {
    try {
      return judge(use, store.isReadOnly(), store.getUsableSpace(), store.getTotalSpace());
    } catch (IOException unreadable) {
      return unreadable(Path.of(store.name()), unreadable);
    }
  }

  /** The verdict on a file system. */
  static Finding judge(String use, boolean isReadOnly, long freeBytes, long totalBytes) {
    if (isReadOnly) {
      return Finding.problem(
          CHECK, "the file system for " + use + " is read-only", "mount it for writing");
    }
    String text = size(freeBytes) + " of " + size(totalBytes) + " for " + use;
    if (freeBytes < PROBLEM_BYTES) {
      return Finding.problem(
          CHECK,
          text + ": changes are refused when it is full",
          "free some; guests go on meanwhile");
    }
    if (freeBytes < NOTE_BYTES) {
      return Finding.note(CHECK, text, "keep " + size(NOTE_BYTES) + " free");
    }
    return Finding.ok(CHECK, text);
  }

  private static Finding unreadable(Path where, IOException failure) {
    return Finding.note(
        CHECK, "cannot be told for " + where + ": " + failure, "see 'df " + where + "'");
  }

  private static String size(long bytes) {
    double gibibytes = bytes / (double) (1L << 30);
    return gibibytes < 1
        ? (bytes >> 20) + " MiB"
        : String.format(Locale.ROOT, "%.1f GiB", gibibytes);
  }
}
