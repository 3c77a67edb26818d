package dev.berth.migration;

import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
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

  /**
   * What speaks against another host opening these by their paths: whichever of them the process
   * has not open itself is another file by now. Nothing, when it cannot be looked at.
   */
  public static List<String> obstacles(List<ImageIdentity> files, long pid) {
    Set<Object> open = new HashSet<>();
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path descriptor : descriptors) {
        open.add(key(descriptor));
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      return List.of(); // it has ended, or is another user's
    }
    return files.stream()
        .filter(file -> !open.contains(file.key()))
        .map(file -> "'" + file.file() + "' is not the file any more that its QEMU has open")
        .toList();
  }

  /** What tells it from every other file of this host. */
  private Object key() {
    return List.of(device, inode);
  }

  private static Object key(Path descriptor) {
    try {
      return of(descriptor).key();
    } catch (IOException closed) {
      return List.of();
    }
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
