package dev.berth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The virtiofsd processes of machines whose home is in that directory. */
record ShareProcesses(Path directory) {

  /** Those that live, in the order of their ids. */
  List<ProcessHandle> all() {
    return ProcessHandle.allProcesses()
        .filter(process -> isServer(process.pid()))
        .sorted()
        .toList();
  }

  private boolean isServer(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return line.contains("--socket-path=" + directory + "/");
    } catch (IOException gone) {
      return false;
    }
  }
}
