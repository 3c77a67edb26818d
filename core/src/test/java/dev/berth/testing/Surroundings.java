package dev.berth.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What lives around a test at one moment and belongs to it: found in Linux's {@code /proc}. Each
 * thing has a key that tells it from others of its kind, and a description for people.
 */
final class Surroundings {
  private static final Path PROC = Path.of("/proc");

  private final Map<String, String> things = new TreeMap<>();

  private Surroundings() {}

  /** Looks at this JVM, and at everything that has to do with these directories. */
  static Surroundings of(Set<Path> directories) {
    var now = new Surroundings();
    now.addChildren();
    now.addThreads();
    now.addTemporaryFiles();
    for (Path directory : directories) {
      now.addProcessesNaming(directory);
      now.addDescriptorsUnder(directory);
      now.addSocketsUnder(directory);
    }
    return now;
  }

  /** Descriptions of what is here and was not there before. */
  List<String> since(Surroundings before) {
    return things.entrySet().stream()
        .filter(thing -> !before.things.containsKey(thing.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private void addChildren() {
    ProcessHandle.current().descendants().forEach(child -> addProcess(child.pid()));
  }

  private void addProcessesNaming(Path directory) {
    long self = ProcessHandle.current().pid();
    for (Path process : list(PROC)) {
      String pid = process.getFileName().toString();
      if (!Character.isDigit(pid.charAt(0)) || Long.parseLong(pid) == self) {
        continue;
      }
      boolean named =
          arguments(process).stream()
              .anyMatch(
                  argument ->
                      argument.contains(directory + "/")
                          || argument.endsWith(directory.toString()));
      if (named) {
        addProcess(Long.parseLong(pid));
      }
    }
  }

  /** A zombie has no command line any more; reaping it is the business of its parent. */
  private void addProcess(long pid) {
    List<String> arguments = arguments(PROC.resolve(Long.toString(pid)));
    if (!arguments.isEmpty()) {
      things.put("process " + pid, "process " + pid + ": " + String.join(" ", arguments));
    }
  }

  private static List<String> arguments(Path process) {
    String line = read(process.resolve("cmdline"));
    return line.isEmpty() ? List.of() : Arrays.asList(line.split("\0"));
  }

  private void addThreads() {
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().startsWith("berth-")) {
                String at = stack.length == 0 ? "" : " at " + stack[0];
                things.put(
                    "thread " + System.identityHashCode(thread), "thread " + thread.getName() + at);
              }
            });
  }

  private void addTemporaryFiles() {
    for (Path file : list(Path.of(System.getProperty("java.io.tmpdir")))) {
      if (file.getFileName().toString().startsWith("berth")) {
        things.put("file " + file, "temporary file " + file);
      }
    }
  }

  private void addDescriptorsUnder(Path directory) {
    for (Path descriptor : list(PROC.resolve("self/fd"))) {
      try {
        Path target = Files.readSymbolicLink(descriptor);
        if (target.startsWith(directory)) {
          String number = descriptor.getFileName().toString();
          things.put("fd " + number + " " + target, "open file " + target + " (fd " + number + ")");
        }
      } catch (IOException e) {
        // Closed since it was listed, as the one that lists them is.
        continue;
      }
    }
  }

  /** Lines are: number, references, protocol, flags, type, state, inode, and the path if any. */
  private void addSocketsUnder(Path directory) {
    read(PROC.resolve("net/unix"))
        .lines()
        .map(line -> line.trim().split("\\s+", 8))
        .filter(columns -> columns.length == 8 && columns[7].startsWith("/"))
        .filter(columns -> Path.of(columns[7]).startsWith(directory))
        .collect(Collectors.toMap(columns -> columns[6], Function.identity()))
        .forEach((inode, columns) -> things.put("socket " + inode, "unix socket " + columns[7]));
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return new ArrayList<>(entries.toList());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look for leaks in " + directory, e);
    }
  }

  /** Empty if the process that the file tells about has ended. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      // A process that ends while its file is being read: ESRCH, which Java has no class for.
      if (Files.exists(file.getParent())) {
        throw new UncheckedIOException("Cannot look for leaks in " + file, e);
      }
      return "";
    }
  }
}
