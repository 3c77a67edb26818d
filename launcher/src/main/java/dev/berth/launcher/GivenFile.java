package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * An open file that a start is given. Looking at it leaves its offset and its flags alone; valid as
 * long as the descriptor is.
 *
 * @param descriptor this process's own
 * @param number the descriptor's
 */
record GivenFile(FileDescriptor descriptor, int number) {

  /** That open file. */
  static GivenFile of(FileDescriptor descriptor) {
    try {
      return new GivenFile(descriptor, FileDescriptorCast.using(descriptor).as(Integer.class));
    } catch (IOException closed) {
      throw new HostFailureException("the descriptor cannot be used: " + closed, closed);
    }
  }

  /** Where the kernel shows it: who opens that opens the same file anew. */
  Path path() {
    return Path.of("/proc/self/fd", Integer.toString(number));
  }

  /** Which file it is. */
  FileKey key() throws IOException {
    return HostFiles.key(path());
  }

  /**
   * Why it cannot be an image that is used that way. What a descriptor may not is not to be had
   * through the host, which may be allowed more than whoever gave it.
   */
  Optional<String> obstacle(FileAccess access) {
    if (!Files.isRegularFile(path()) && !HostFiles.isBlockDevice(path())) {
      return Optional.of("is neither a file nor a block device");
    }
    int mode = Libc.INSTANCE.fcntl(number, Libc.F_GETFL) & Libc.O_ACCMODE;
    if (mode == Libc.O_WRONLY) {
      return Optional.of("is not open for reading: open it for reading and writing");
    }
    return access == FileAccess.READ_WRITE && mode != Libc.O_RDWR
        ? Optional.of(
            "is open for reading only, and the guest may write: open it for both, or set"
                + " 'read-only: true'")
        : Optional.empty();
  }

  /** Its content, to be read at given positions; not to be closed. */
  FileChannel content() {
    return new FileInputStream(descriptor).getChannel();
  }

  /** A problem with it. */
  static Problem problem(String path, String resource, String why) {
    return Problem.at(path, "file descriptor '" + resource + "' " + why);
  }
}
