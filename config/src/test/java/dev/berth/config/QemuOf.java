package dev.berth.config;

import dev.berth.domain.DomainSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The QEMU process of one machine, for tests that do something to it behind the host's back.
 * Signals only what carries the test's own directory on its command line.
 */
final class QemuOf {
  private static final long POLL_NANOS = 10_000_000;

  private final Path home;
  private final long pid;

  private QemuOf(Path home, long pid) {
    this.home = home;
    this.pid = pid;
  }

  /** The process that the snapshot names. */
  static QemuOf machine(Path home, DomainSnapshot domain) {
    QemuOf qemu = new QemuOf(home, domain.machine().orElseThrow().pid().orElseThrow());
    qemu.prove();
    return qemu;
  }

  /** The only one of the home. */
  static QemuOf only(Path home) {
    List<Long> all = pids(home);
    if (all.size() != 1) {
      throw new AssertionError("not one QEMU of " + home + ", but " + all);
    }
    return new QemuOf(home, all.get(0));
  }

  /** Lets all of the home go on that have not ended meanwhile. */
  static void thawAll(Path home) {
    for (long pid : pids(home)) {
      QemuOf qemu = new QemuOf(home, pid);
      try {
        qemu.thaw();
      } catch (AssertionError failed) {
        if (qemu.isAlive()) {
          throw failed;
        }
      }
    }
  }

  /** Every QEMU of the home that lives. */
  static List<Long> pids(Path home) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> isQemuOf(home, pid))
        .toList();
  }

  /** Waits until exactly so many QEMUs of the home live. */
  static void awaitCount(Path home, int count) {
    awaitThat("there are " + count + " QEMUs of " + home, () -> pids(home).size() == count);
  }

  static void awaitThat(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("It did not come to it that " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Every QEMU of the home that lives, by the name of its domain. */
  static Map<String, QemuOf> byDomain(Path home) {
    Map<String, QemuOf> found = new HashMap<>();
    for (long pid : pids(home)) {
      QemuOf qemu = new QemuOf(home, pid);
      qemu.domain()
          .map(name -> found.put(name, qemu))
          .ifPresent(
              other -> {
                throw new AssertionError("two QEMUs of one domain: " + other.pid + " and " + pid);
              });
    }
    return found;
  }

  /** Its domain's name; empty when it has ended. */
  private Optional<String> domain() {
    return after("-name").map(name -> name.replaceFirst("^guest=", "").replaceFirst(",.*", ""));
  }

  /** The CPU that it was started with. */
  String cpu() {
    return after("-cpu").orElseThrow();
  }

  /** What QEMU answers to {@code query-status}, for tests in which no host is connected to it. */
  String runState() {
    return runStateAfter("");
  }

  /** The same after commands, each a line of JSON. */
  String runStateAfter(String commands) {
    Path pidFile = Path.of(after("-pidfile").orElseThrow());
    try {
      return PlainMonitor.runState(pidFile.resolveSibling("qmp"), commands);
    } catch (IOException e) {
      throw new AssertionError("process " + pid + " cannot be asked", e);
    }
  }

  private Optional<String> after(String option) {
    List<String> words = commandLine(pid);
    int place = words.indexOf(option) + 1;
    return place > 0 && place < words.size() ? Optional.of(words.get(place)) : Optional.empty();
  }

  long pid() {
    return pid;
  }

  boolean isAlive() {
    return isQemuOf(home, pid);
  }

  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  void terminate() {
    signal("TERM");
    awaitEnd();
  }

  void kill() {
    signal("KILL");
    awaitEnd();
  }

  private void awaitEnd() {
    awaitThat("process " + pid + " has ended", () -> !isAlive());
  }

  private void signal(String name) {
    prove();
    try {
      Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("cannot send SIG" + name + " to process " + pid);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot run kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void prove() {
    if (!isAlive()) {
      throw new AssertionError("process " + pid + " is no QEMU of " + home);
    }
  }

  private static boolean isQemuOf(Path home, long pid) {
    List<String> arguments = commandLine(pid);
    return !arguments.isEmpty()
        && arguments.get(0).contains("qemu-system")
        && arguments.stream().anyMatch(argument -> argument.startsWith(home + "/"));
  }

  private static List<String> commandLine(long pid) {
    try {
      String line =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")),
              StandardCharsets.UTF_8);
      return Arrays.asList(line.split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }
}
