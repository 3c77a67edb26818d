package dev.berth.control;

import dev.berth.error.InvalidRequestException;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * Sending of file descriptors, apart from everything else because loading what it takes costs
 * {@code vmctl} a tenth of a second. Stateless.
 */
final class DescriptorOutput {
  private DescriptorOutput() {}

  /** A connection that can send descriptors. */
  static SocketChannel connect(Path socket) throws IOException {
    return AFUNIXSocketChannel.open(AFUNIXSocketAddress.of(socket));
  }

  /** Has the next write send these. */
  static void attach(ByteChannel channel, List<FileDescriptor> descriptors) throws IOException {
    ((AFUNIXSocketChannel) channel)
        .setOutboundFileDescriptors(descriptors.toArray(FileDescriptor[]::new));
  }

  /**
   * Duplicates them: a caller that is interrupted may close its own before they are sent.
   *
   * @param duplicates grows; for the caller to close, whatever happens
   * @throws InvalidRequestException when one is closed already, or this process has too many
   */
  static void duplicate(Collection<FileDescriptor> descriptors, List<FileDescriptor> duplicates) {
    try {
      for (FileDescriptor each : descriptors) {
        duplicates.add(FileDescriptorCast.duplicating(each).getFileDescriptor());
      }
    } catch (IOException e) {
      throw new InvalidRequestException(
          "A file descriptor of the call cannot be duplicated: "
              + e.getMessage()
              + ". Keep it open until the call has returned.",
          e);
    }
  }

  /** Closes them all. */
  static void close(List<FileDescriptor> descriptors) {
    new Received(descriptors, 0, Received.Way.SOCKET_OF_THIS_MACHINE).close();
  }
}
