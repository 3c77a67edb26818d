package dev.berth.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Objects;

/**
 * Both directions of a blocking channel as streams that do not wait for each other: those that
 * {@code java.nio.channels.Channels} makes share a lock, so that a read that waits stops all
 * writes. Closing a stream does not close the channel.
 */
public final class SocketStreams {
  private SocketStreams() {}

  /** What the peer sends, until it closes; one thread reads. */
  public static InputStream input(ByteChannel channel) {
    return new ChannelInput(channel);
  }

  /** What the peer shall get; each write is sent at once. */
  public static OutputStream output(ByteChannel channel) {
    return new ChannelOutput(channel);
  }

  private static final class ChannelInput extends InputStream {
    private final ByteChannel channel;

    ChannelInput(ByteChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      try {
        return channel.read(ByteBuffer.wrap(bytes, offset, length));
      } catch (SocketException reset) {
        return -1; // by a peer that closed before it had read everything
      }
    }
  }

  private static final class ChannelOutput extends OutputStream {
    private final ByteChannel channel;

    ChannelOutput(ByteChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value});
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }
  }
}
