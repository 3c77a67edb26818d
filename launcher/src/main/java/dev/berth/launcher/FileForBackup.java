package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.HeldResources;
import dev.berth.machine.TargetFile;
import dev.berth.machine.TargetFile.Kind;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;

/**
 * An open file that somebody gives for a backup to be written to.
 *
 * @param disk the disk whose backup that is
 * @param given the host's own copy of the descriptor
 * @param flags what the kernel says of it
 */
record FileForBackup(String disk, GivenFile given, int flags) {
  private static final int TYPE_MASK = 0170000;

  /** That open file. */
  static FileForBackup of(String disk, FileDescriptor descriptor) {
    GivenFile given = GivenFile.of(descriptor);
    return new FileForBackup(disk, given, Libc.INSTANCE.fcntl(given.number(), Libc.F_GETFL));
  }

  /**
   * What it is.
   *
   * @throws InvalidRequestException when no backup can be written to it
   */
  TargetFile look() {
    Kind kind = kind();
    switch (flags & Libc.O_ACCMODE) {
      case Libc.O_RDONLY -> throw refused("is open for reading only", "Open it for both");
      case Libc.O_WRONLY -> throw refused("is open for writing only", "Open it for both");
      default -> {}
    }
    if ((flags & Libc.O_APPEND) != 0) {
      throw refused("is open for appending", "Open it without that");
    }
    try {
      return new TargetFile(
          kind, given.content().size(), Files.readSymbolicLink(given.path()).toAbsolutePath());
    } catch (IOException failure) {
      throw new HostFailureException(
          "The file given for the backup of disk '"
              + disk
              + "' cannot be looked at: "
              + failure.getMessage()
              + ".",
          failure);
    }
  }

  /** QEMU goes back to what it has written, and skips what is not there. */
  private Kind kind() {
    return switch (mode() & TYPE_MASK) {
      case 0100000 -> Kind.FILE;
      case 0060000 -> Kind.BLOCK_DEVICE;
      case 0010000 -> throw noFile("is a pipe");
      case 0140000 -> throw noFile("is a socket");
      case 0040000 -> throw noFile("is a directory");
      default -> throw noFile("is neither a file nor a block device");
    };
  }

  private int mode() {
    try {
      return (Integer) Files.getAttribute(given.path(), "unix:mode");
    } catch (IOException vanished) {
      return 0;
    }
  }

  /** Which file it is. */
  FileKey key() {
    return new FileByHand(disk, given, flags).key();
  }

  /**
   * Puts an open file description of QEMU's own in the place of what was given, where this user may
   * open it.
   */
  void openAnew(HeldResources held) {
    // the flags of a backup, not those that somebody had in mind for something else
    boolean isAnew =
        new FileByHand(disk, given, Libc.O_RDWR)
            .anew()
            .map(
                own -> {
                  held.replace(disk, own);
                  return true;
                })
            .orElse(false);
    if (!isAnew && (flags & Libc.O_DIRECT) != 0) {
      throw refused("is open with O_DIRECT", "Open it without that");
    }
  }

  private InvalidRequestException noFile(String what) {
    return refused(
        what + ", and a backup is not written from its beginning to its end",
        "Give a file or a block device");
  }

  private InvalidRequestException refused(String why, String remedy) {
    return new InvalidRequestException(
        "Cannot write the backup of disk '"
            + disk
            + "': its file descriptor "
            + why
            + ". "
            + remedy
            + ".");
  }
}
