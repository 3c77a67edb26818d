package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.host.Console;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * A console of a remote host, over its own connection. An interrupt of a thread that reads or
 * writes detaches it.
 */
final class RemoteConsole implements Console {
  private final Wire wire;
  private final InputStream input;
  private final OutputStream output;

  private RemoteConsole(Wire wire) {
    this.wire = wire;
    this.input =
        new SequenceInputStream(
            new ByteArrayInputStream(wire.rest()), new ChannelInput(wire.channel()));
    this.output = new ChannelOutput(wire.channel());
  }

  static RemoteConsole open(ControlAddress address, ObjectNode params) {
    RemoteCalls calls = RemoteCalls.connect(address, Link.Listener.NONE);
    try {
      return new RemoteConsole(calls.upgrade(Methods.CONSOLE, params));
    } catch (RuntimeException e) {
      calls.link().close();
      throw e;
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException e) {
      throw new HostFailureException("The console's socket could not be closed.", e);
    }
  }

  // The JDK's streams over one channel exclude each other: a read that waits would stop writes.

  /** Reads from a channel. */
  private static final class ChannelInput extends InputStream {
    private final SocketChannel channel;

    ChannelInput(SocketChannel channel) {
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
      return length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  /** Writes to a channel. */
  private static final class ChannelOutput extends OutputStream {
    private final SocketChannel channel;

    ChannelOutput(SocketChannel channel) {
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
