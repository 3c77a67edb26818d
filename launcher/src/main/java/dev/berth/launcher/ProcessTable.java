package dev.berth.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code /proc} tells of processes. Stateless; reading it never waits for a process. */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  /** The command line of a process; empty for a zombie, a kernel thread, or no such process. */
  List<String> commandLine(long pid) {
    try {
      String joined =
          Files.readString(directory(pid).resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return joined.isEmpty() ? List.of() : List.of(utf8(joined).split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }

  /** The kernel's one-letter state of a process ({@code R}, {@code S}, {@code T}, {@code Z}, …). */
  Optional<Character> state(long pid) {
    return statAfterName(pid).map(fields -> fields[0].charAt(0));
  }

  /** The parent of a process. */
  Optional<Long> parent(long pid) {
    return statAfterName(pid).map(fields -> Long.parseLong(fields[1]));
  }

  /** The pids of all processes there are. */
  List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.parseLong(entry.getFileName().toString()));
      }
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException("cannot list /proc", unreadable);
    }
    return pids;
  }

  /** The fields of {@code stat} that follow the name, which may itself hold spaces and brackets. */
  private static Optional<String[]> statAfterName(long pid) {
    try {
      String stat = Files.readString(directory(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static Path directory(long pid) {
    return PROC.resolve(Long.toString(pid));
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
