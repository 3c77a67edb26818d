package dev.berth.config.doctor;

import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits that the kernel sets a process, and that its QEMUs inherit. */
final class LimitFindings {
  private static final String UNLIMITED = "unlimited";

  /** A monitor's socket and two pidfds; a start and an attached console take some more. */
  private static final int DESCRIPTORS_OF_A_MACHINE = 4;

  private static final int DESCRIPTORS_OF_A_HOST = 256;

  /** A QEMU with four CPUs, its shell, and what waits for that. */
  private static final int TASKS_OF_A_MACHINE = 10;

  private static final int TASKS_OF_A_HOST = 100;
  private static final int FEW_MACHINES = 500;

  private final Path limits;

  /**
   * Examines limits.
   *
   * @param limits the {@code limits} of a process in {@code /proc}
   */
  LimitFindings(Path limits) {
    this.limits = limits;
  }

  List<Finding> examine() {
    List<String> lines;
    try {
      lines = Files.readAllLines(limits);
    } catch (IOException hidden) {
      return List.of(
          Finding.note(
              "limits", "cannot be read: " + hidden, "run this as the user who runs the host"));
    }
    List<Finding> findings = new ArrayList<>();
    // Java raises its own soft limit to the hard one.
    findings.add(
        count(
            "open files",
            hard(lines, "Max open files"),
            DESCRIPTORS_OF_A_HOST,
            DESCRIPTORS_OF_A_MACHINE,
            "raise it: LimitNOFILE= in a unit, 'ulimit -Hn' in a shell"));
    findings.add(
        count(
            "processes",
            soft(lines, "Max processes"),
            TASKS_OF_A_HOST,
            TASKS_OF_A_MACHINE,
            "raise it: LimitNPROC= in a unit, 'ulimit -u' in a shell"));
    String memory = soft(lines, "Max address space");
    findings.add(
        memory.equals(UNLIMITED)
            ? Finding.ok("memory limit", "none")
            : Finding.problem(
                "memory limit",
                memory + " bytes of address space: guests that need more do not start",
                "lift it: LimitAS=infinity in a unit, 'ulimit -v unlimited' in a shell"));
    return findings;
  }

  private static Finding count(
      String check, String limit, int forHost, int forMachine, String remedy) {
    if (limit.equals(UNLIMITED)) {
      return Finding.ok(check, UNLIMITED);
    }
    long machines = Math.max(0, (Long.parseLong(limit) - forHost) / forMachine);
    String text = limit + ", enough for some " + machines + " machines";
    return machines < FEW_MACHINES ? Finding.note(check, text, remedy) : Finding.ok(check, text);
  }

  private static String soft(List<String> lines, String name) {
    return column(lines, name, 1);
  }

  private static String hard(List<String> lines, String name) {
    return column(lines, name, 2);
  }

  /** A line such as {@code Max open files 1024 524288 files}; no line is no limit. */
  private static String column(List<String> lines, String name, int column) {
    Pattern pattern =
        Pattern.compile(Pattern.quote(name) + "\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)\\b.*");
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.matches()) {
        return matcher.group(column);
      }
    }
    return UNLIMITED;
  }
}
