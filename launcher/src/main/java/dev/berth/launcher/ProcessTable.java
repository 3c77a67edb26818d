package dev.berth.launcher;

import dev.berth.machine.ProcessUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc} tells of processes. Reading it never waits for a process, save command lines,
 * which have a limit: see {@link CommandLines}. Thread-safe.
 */
final class ProcessTable implements AutoCloseable {
  // places in stat, from the state on: proc(5) has them two higher, and counts from 1
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;
  private static final int THREADS = 17;
  private static final int RESIDENT_PAGES = 21;

  private static final Duration TICK =
      Duration.ofSeconds(1).dividedBy(Libc.INSTANCE.sysconf(Libc.SC_CLK_TCK));
  private static final long PAGE_BYTES = Libc.INSTANCE.sysconf(Libc.SC_PAGESIZE);

  private final Path proc;
  private final CommandLines commandLines;

  /** The processes of this host; whoever makes it closes it. */
  ProcessTable() {
    this(Path.of("/proc"), CommandLines.PATIENCE);
  }

  ProcessTable(Path proc, Duration patience) {
    this.proc = proc;
    this.commandLines = new CommandLines(proc, patience);
  }

  /**
   * The command line of a process, empty for a zombie, a kernel thread, or no such process; nothing
   * when it cannot be read now, or not any more.
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
    return holds(pid, Path.of(file + " (deleted)"));
  }

  /**
   * Whether a process has a file open, by the name that the kernel has for it; never of whom we may
   * not see.
   */
  boolean holds(long pid, Path link) {
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
    return statAfterName(directory(pid)).map(fields -> fields[0].charAt(0));
  }

  /** The parent of a process. */
  Optional<Long> parent(long pid) {
    return statAfterName(directory(pid)).map(fields -> Long.parseLong(fields[1]));
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

  /**
   * What a process uses; nothing when there is none.
   *
   * @param threads whose CPU time is wanted as well
   */
  Optional<ProcessUsage> usage(long pid, Set<Long> threads) {
    return statAfterName(directory(pid))
        .map(
            fields ->
                new ProcessUsage(
                    ticks(fields[USER_TIME]),
                    ticks(fields[SYSTEM_TIME]),
                    Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES,
                    Integer.parseInt(fields[THREADS]),
                    cpuTimes(pid, threads)));
  }

  private Map<Long, Duration> cpuTimes(long pid, Set<Long> threads) {
    Map<Long, Duration> times = new HashMap<>();
    for (long thread : threads) {
      statAfterName(directory(pid).resolve("task").resolve(Long.toString(thread)))
          .map(fields -> ticks(fields[USER_TIME]).plus(ticks(fields[SYSTEM_TIME])))
          .ifPresent(time -> times.put(thread, time));
    }
    return times;
  }

  private static Duration ticks(String count) {
    return TICK.multipliedBy(Long.parseLong(count));
  }

  /** The fields of {@code stat} that follow the name, which may itself hold spaces and brackets. */
  private Optional<String[]> statAfterName(Path directory) {
    try {
      String stat = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private Path directory(long pid) {
    return proc.resolve(Long.toString(pid));
  }

  /** Reads no more command lines. */
  @Override
  public void close() {
    commandLines.close();
  }
}
