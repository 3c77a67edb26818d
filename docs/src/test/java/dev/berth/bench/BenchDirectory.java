package dev.berth.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Where a bench keeps all its files. Whatever it starts has this directory's name in its command
 * line, so that it is found and ended when the bench ends, however that comes. Thread-safe.
 */
final class BenchDirectory implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;

  private final Path root;

  private BenchDirectory(Path root) {
    this.root = root;
  }

  /** A new directory; not {@code berth…}, which tests that run beside would be blamed for. */
  static BenchDirectory create() throws IOException {
    return new BenchDirectory(Files.createTempDirectory("bench-"));
  }

  /** The type of file system it is on: what a sync costs depends on it. */
  String fileSystem() throws IOException {
    return Files.getFileStore(root).type();
  }

  Path resolve(String name) {
    return root.resolve(name);
  }

  /** Ends every process that names the directory, then removes it. Idempotent. */
  @Override
  public synchronized void close() throws IOException {
    for (List<ProcessHandle> left = processes(); !left.isEmpty(); left = processes()) {
      left.forEach(ProcessHandle::destroyForcibly);
      left.forEach(BenchDirectory::awaitEnd);
    }
    if (Files.exists(root)) {
      try (Stream<Path> tree = Files.walk(root)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private List<ProcessHandle> processes() throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> table = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : table) {
        long pid = Long.parseLong(process.getFileName().toString());
        if (pid != ProcessHandle.current().pid() && commandLine(process).contains(root + "/")) {
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException ended) {
      return "";
    }
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Process " + process.pid() + " does not end.", e);
    }
  }
}
