package dev.berth.bench;

import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Where results come from; without it they say little. */
final class Surroundings {
  private Surroundings() {}

  /** One sentence on the machine and the versions. */
  static String describe(Plan plan, BenchDirectory directory) throws IOException {
    return "%s: %d pairs after %d for warming up; %s, %d CPUs, %d GiB, Linux %s, %s; JDK %s; %s."
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            plan.pairs(),
            plan.warmUps(),
            after("/proc/cpuinfo", "model name"),
            Runtime.getRuntime().availableProcessors(),
            memoryGibibytes(),
            System.getProperty("os.version"),
            directory.fileSystem(),
            System.getProperty("java.runtime.version"),
            qemuVersion());
  }

  /** How many huge pages of the usual size nobody has yet. */
  static long freeHugePages() throws IOException {
    return Long.parseLong(after("/proc/meminfo", "HugePages_Free"));
  }

  private static long memoryGibibytes() throws IOException {
    long kibibytes = Long.parseLong(after("/proc/meminfo", "MemTotal").split(" ")[0]);
    return Math.round(kibibytes / 1024.0 / 1024);
  }

  private static String after(String file, String key) throws IOException {
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown " + key);
    }
  }

  private static String qemuVersion() throws IOException {
    Process qemu =
        new ProcessBuilder(TestQemu.installed().emulator().toString(), "--version").start();
    String said = new String(qemu.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.lines().findFirst().orElse("").replace(" emulator version", "");
  }
}
