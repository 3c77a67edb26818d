package dev.berth.testing.contract;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which files processes have open. */
public final class OpenFiles {
  private OpenFiles() {}

  /** Where the descriptors of this process lead. */
  public static List<String> ofThisProcess() throws IOException {
    return of(ProcessHandle.current().pid());
  }

  /** Where the descriptors of a process lead. */
  public static List<String> of(long pid) throws IOException {
    List<String> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path each : all) {
        try {
          files.add(Files.readSymbolicLink(each).toString());
        } catch (NoSuchFileException closedMeanwhile) {
          continue;
        }
      }
    }
    return files;
  }
}
