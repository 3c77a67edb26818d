package dev.berth.launcher;

import dev.berth.doctor.Finding;
import dev.berth.domain.ByteSize;
import dev.berth.machine.MachineFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The run directories of machines, and whether anything lives in them. A directory is named after
 * an incarnation, which every process of that launch has on its command line.
 */
final class LeftoverFindings {
  private static final String CHECK = "machines";
  private static final int NAMED_AT_MOST = 3;

  private final Path runDirectory;
  private final ProcessTable table;

  LeftoverFindings(Path runDirectory, ProcessTable table) {
    this.runDirectory = runDirectory;
    this.table = table;
  }

  Finding examine() {
    List<Path> directories;
    try {
      directories = machineDirectories();
    } catch (IOException unreadable) {
      return Finding.note(
          CHECK,
          "the run directory " + runDirectory + " cannot be read: " + unreadable,
          "run this as the user who runs the host");
    }
    // The processes are looked at after the directories: one that is being launched is seen.
    String commandLines = commandLines();
    directories.removeIf(directory -> !Files.exists(directory));
    List<Path> dead = new ArrayList<>();
    for (Path directory : directories) {
      boolean isNamed = commandLines.contains(incarnation(directory));
      if (!isNamed && !FileLock.isHeld(filesIn(directory).pidFile())) {
        dead.add(directory);
      }
    }
    int live = directories.size() - dead.size();
    return dead.isEmpty() ? Finding.ok(CHECK, live(live)) : note(live, dead);
  }

  private Finding note(int live, List<Path> dead) {
    List<String> named = dead.stream().limit(NAMED_AT_MOST).map(Path::toString).toList();
    String more = dead.size() > NAMED_AT_MOST ? " and others" : "";
    return Finding.note(
        CHECK,
        live(live)
            + "; the files of "
            + (dead.size() == 1 ? "a dead one are" : dead.size() + " dead ones are")
            + " left in "
            + String.join(", ", named)
            + more,
        "the host that starts next notes how they ended and removes them; what a host that runs"
            + " leaves there belongs to none of its domains and can be removed");
  }

  private static String live(int count) {
    return count == 1 ? "1 is alive" : count + " are alive";
  }

  private static String incarnation(Path directory) {
    return directory.getFileName().toString().replaceFirst("\\.gone$", "");
  }

  private static MachineFiles filesIn(Path directory) {
    return new MachineFiles(directory, directory, new ByteSize(0));
  }

  private String commandLines() {
    StringBuilder all = new StringBuilder();
    for (long pid : table.pids()) {
      table.commandLine(pid).ifPresent(words -> all.append(String.join(" ", words)).append('\n'));
    }
    return all.toString();
  }

  /** The directories {@code DOMAIN/INCARNATION}. */
  private List<Path> machineDirectories() throws IOException {
    List<Path> found = new ArrayList<>();
    if (!Files.isDirectory(runDirectory)) {
      return found;
    }
    for (Path domain : directoriesIn(runDirectory)) {
      for (Path machine : directoriesIn(domain)) {
        if (UnreadableLaunch.isIncarnation(incarnation(machine))) {
          found.add(machine);
        }
      }
    }
    return found;
  }

  private static List<Path> directoriesIn(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, entry -> Files.isDirectory(entry))) {
      entries.forEach(found::add);
    }
    found.sort(null);
    return found;
  }
}
