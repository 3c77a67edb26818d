package dev.berth.migration;

import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
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
 * @param share what other machines have that file system by, such as {@code nas:/images}; empty for
 *     one of this machine alone
 */
public record ImageIdentity(Path file, long device, long inode, String share) {
  /** Of file systems on which a file has the same number at every machine that has it. */
  private static final Set<String> SHARED =
      Set.of(
          "beegfs",
          "ceph",
          "cifs",
          "fuse.ceph",
          "fuse.ceph-fuse",
          "fuse.glusterfs",
          "gfs2",
          "gpfs",
          "lustre",
          "nfs",
          "nfs4",
          "ocfs2",
          "smb3");

  /** Where another host is. */
  public enum Place {
    /** On the same machine, where numbers of file systems are the same. */
    SAME_MACHINE,
    /** On another one. */
    ANOTHER_MACHINE
  }

  /**
   * Which files a machine has open by their paths.
   *
   * @param others those that are of no interest
   * @throws IOException when one cannot be looked at
   */
  public static List<ImageIdentity> ofMachine(LaunchRecord launch, Set<Path> others)
      throws IOException {
    Set<Path> files = filesOf(launch);
    files.removeAll(others);
    return ofFiles(files);
  }

  /**
   * Which files those are.
   *
   * @throws IOException when one cannot be looked at
   */
  public static List<ImageIdentity> ofFiles(Set<Path> files) throws IOException {
    List<ImageIdentity> identities = new ArrayList<>();
    for (Path file : files) {
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
      return List.of(
          Files.getAttribute(descriptor, "unix:dev"), Files.getAttribute(descriptor, "unix:ino"));
    } catch (IOException closed) {
      return List.of();
    }
  }

  private static ImageIdentity of(Path file) throws IOException {
    return new ImageIdentity(
        file,
        (Long) Files.getAttribute(file, "unix:dev"),
        (Long) Files.getAttribute(file, "unix:ino"),
        share(Files.getFileStore(file)));
  }

  private static String share(FileStore store) {
    return SHARED.contains(store.type()) ? store.name() : "";
  }

  /**
   * What speaks against this host having the same file there; empty when it has.
   *
   * @param source where the host is whose file that is
   */
  public Optional<String> obstacle(Place source) {
    try {
      return obstacle(source, of(file));
    } catch (IOException e) {
      return Optional.of("'" + file + "' cannot be reached here: " + e);
    }
  }

  Optional<String> obstacle(Place source, ImageIdentity here) {
    boolean same =
        switch (source) {
          case SAME_MACHINE -> device == here.device && inode == here.inode;
          case ANOTHER_MACHINE -> isShared() && share.equals(here.share) && inode == here.inode;
        };
    if (same) {
      return Optional.empty();
    }
    return Optional.of(
        source == Place.ANOTHER_MACHINE && !isShared()
            ? "'" + file + "' is on storage of its host alone, and a guest takes none along"
            : "'" + file + "' is another file here");
  }

  private boolean isShared() {
    return !share.isEmpty();
  }
}
