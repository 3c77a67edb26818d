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
    now.addDescendants("self");
    now.addThreads();
    now.addTemporaryFiles();
    if (!directories.isEmpty()) {
      now.addProcessesNaming(directories);
      now.addDescriptorsUnder(directories);
      now.addSocketsUnder(directories);
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

  /** Java would look at every process of the machine, which takes longer than most tests. */
  private void addDescendants(String process) {
    for (Path thread : threads(process)) {
      for (String child : read(thread.resolve("children")).split(" ")) {
        if (!child.isEmpty()) {
          addProcess(Long.parseLong(child));
          addDescendants(child);
        }
      }
    }
  }

  private static List<Path> threads(String process) {
    try (Stream<Path> entries = Files.list(PROC.resolve(process).resolve("task"))) {
      return entries.toList();
    } catch (IOException | UncheckedIOException ended) {
      return List.of(); // nothing runs in it any more
    }
  }

  private void addProcessesNaming(Set<Path> directories) {
    long self = ProcessHandle.current().pid();
    for (Path process : list(PROC)) {
      String pid = process.getFileName().toString();
      if (!Character.isDigit(pid.charAt(0)) || Long.parseLong(pid) == self) {
        continue;
      }
      List<String> arguments = arguments(process);
      if (directories.stream().anyMatch(directory -> isNamed(directory, arguments))) {
        addProcess(Long.parseLong(pid));
      }
    }
  }

  private static boolean isNamed(Path directory, List<String> arguments) {
    return arguments.stream()
        .anyMatch(
            argument ->
                argument.contains(directory + "/") || argument.endsWith(directory.toString()));
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

  private void addDescriptorsUnder(Set<Path> directories) {
    for (Path descriptor : list(PROC.resolve("self/fd"))) {
      try {
        Path target = Files.readSymbolicLink(descriptor);
        if (directories.stream().anyMatch(target::startsWith)) {
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
  private void addSocketsUnder(Set<Path> directories) {
    read(PROC.resolve("net/unix"))
        .lines()
        .map(line -> line.trim().split("\\s+", 8))
        .filter(columns -> columns.length == 8 && columns[7].startsWith("/"))
        .filter(columns -> directories.stream().anyMatch(Path.of(columns[7])::startsWith))
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
