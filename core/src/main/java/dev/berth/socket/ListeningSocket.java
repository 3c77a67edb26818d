package dev.berth.socket;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A listening UNIX socket that is made to be given to another process: its file belongs to this
 * user, and nobody else may connect. In a directory of this user's alone. Whoever makes it closes
 * it, which leaves the file and the other process's copy as they are.
 */
public final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final FileDescriptor descriptor;

  private ListeningSocket(FileDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** Makes one; a file that is there is replaced. */
  @SuppressWarnings("resource") // closing the channel would shut the other process's copy down too
  public static ListeningSocket replacing(Path path) throws IOException {
    Files.deleteIfExists(path);
    AFUNIXServerSocketChannel channel = AFUNIXServerSocketChannel.open();
    channel.bind(AFUNIXSocketAddress.of(path), BACKLOG);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    FileDescriptor descriptor = channel.getFileDescriptor();
    if (descriptor == null) {
      channel.close();
      throw new IOException("'" + path + "' has no descriptor");
    }
    return new ListeningSocket(descriptor);
  }

  /** Its descriptor; valid until it is closed. */
  public FileDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public void close() throws IOException {
    new FileOutputStream(descriptor).close();
  }
}
