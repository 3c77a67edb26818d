package dev.berth.migration;

import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which file it is that a machine has open by its path.
 *
 * @param file absolute path
 * @param device number of the file system that has it
 * @param inode number of the file there
 */
public record ImageIdentity(Path file, long device, long inode) {

  /**
   * Which files a machine has open by their paths.
   *
   * @throws IOException when one cannot be looked at
   */
  public static List<ImageIdentity> ofMachine(LaunchRecord launch) throws IOException {
    List<ImageIdentity> identities = new ArrayList<>();
    for (Path file : filesOf(launch)) {
      identities.add(of(file));
    }
    return List.copyOf(identities);
  }

  /** The paths of the files that a machine has open by them. */
  public static Set<Path> filesOf(LaunchRecord launch) {
    Set<Path> files = new LinkedHashSet<>();
    launch.assembly().stream()
        .filter(PassFile.class::isInstance)
        .forEach(step -> files.add(((PassFile) step).file()));
    launch.inherited().stream().map(InheritedFile::file).forEach(files::add);
    return files;
  }

  private static ImageIdentity of(Path file) throws IOException {
    return new ImageIdentity(
        file,
        (Long) Files.getAttribute(file, "unix:dev"),
        (Long) Files.getAttribute(file, "unix:ino"));
  }

  /** What speaks against this host having the same file there; empty when it has. */
  public Optional<String> obstacle() {
    try {
      return of(file).equals(this)
          ? Optional.empty()
          : Optional.of("'" + file + "' is another file here");
    } catch (IOException e) {
      return Optional.of("'" + file + "' cannot be reached here: " + e);
    }
  }
}
