package dev.berth.cli;

import dev.berth.config.HomeLayout;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a daemon is started: by the JVM of this process, with the jar that {@code ./vmctl} names in
 * {@code berth.daemon.jar}, because a short command has only some of the jars; else with the class
 * path of this process.
 */
final class DaemonCommandLine {
  private static final int FIRST_WITH_NATIVE_ACCESS = 22;

  private DaemonCommandLine() {}

  /** The command line for the daemon of that home, a session of its own. */
  static List<String> of(HomeLayout layout) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // One collector thread, and room for a reply of 16 MiB; memory that is free again goes back.
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-Xmx192m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=30",
            "-XX:-UsePerfData"));
    if (Runtime.version().feature() >= FIRST_WITH_NATIVE_ACCESS) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classPath(), Vmctl.class.getName(), "daemon", "run"));
    boolean homeWasGiven = layout.equals(HomeLayout.under(layout.home()));
    if (homeWasGiven) {
      command.addAll(List.of("--home", layout.home().toString()));
    }
    return command;
  }

  /** Absolute, because the daemon's working directory is the root. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry :
        System.getProperty("berth.daemon.jar", System.getProperty("java.class.path"))
            .split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
