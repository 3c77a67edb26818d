package dev.berth.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc} tells of processes. Reading it never waits for a process, save command lines,
 * which have a limit: see {@link CommandLines}. Thread-safe.
 */
final class ProcessTable {
  private final Path proc;
  private final CommandLines commandLines;

  /** The processes of this host. */
  ProcessTable() {
    this(Path.of("/proc"), CommandLines.PATIENCE);
  }

  ProcessTable(Path proc, Duration patience) {
    this.proc = proc;
    this.commandLines = new CommandLines(proc, patience);
  }

  /**
   * The command line of a process, empty for a zombie, a kernel thread, or no such process; nothing
   * when it cannot be read now.
   */
  Optional<List<String>> commandLine(long pid) {
    return commandLines.of(pid);
  }

  /**
   * The file that is a process's standard output; nothing when there is none, or we may not see.
   */
  Optional<Path> output(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(directory(pid).resolve("fd/1")));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /**
   * Whether a process has that file open, which was removed since; never of whom we may not see.
   */
  boolean holdsRemoved(long pid, Path file) {
    Path link = Path.of(file + " (deleted)");
    try (Stream<Path> open = Files.list(directory(pid).resolve("fd"))) {
      return open.anyMatch(descriptor -> link.equals(target(descriptor)));
    } catch (IOException | UncheckedIOException gone) {
      return false;
    }
  }

  private static @Nullable Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException closed) {
      return null;
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
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[1-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.parseLong(entry.getFileName().toString()));
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot list /proc", unreadable);
    }
    return pids;
  }

  /** The fields of {@code stat} that follow the name, which may itself hold spaces and brackets. */
  private Optional<String[]> statAfterName(long pid) {
    try {
      String stat = Files.readString(directory(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private Path directory(long pid) {
    return proc.resolve(Long.toString(pid));
  }
}
