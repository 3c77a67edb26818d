package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;

/**
 * A connected socket that carries one message a line. One thread receives; any thread may send and
 * close.
 *
 * <p>An interrupt of a thread that is sending or receiving closes the socket, as the JDK's channels
 * do: only threads of this package may do either. Over TCP the bytes go through TLS.
 */
final class Wire implements Closeable {
  /** The JDK copies what one write takes to native memory, and keeps that for the thread. */
  private static final int WRITE_BYTES = 64 * 1024;

  private final ByteChannel channel;
  private final Input input;
  private final LineReader lines;
  private final Object wholeLines = new Object();

  /** The side of a socket that is read; closing it closes the socket. */
  interface Input extends ReadableByteChannel {
    /** What came beside the bytes that were read, for the caller to close. */
    Received takeDescriptors();

    /** Makes {@link #read} see the end of the stream, while more can still be written. */
    void endInput() throws IOException;
  }

  /** A wire that drops the descriptors which the peer sends: the kernel closes them. */
  Wire(SocketChannel channel, int maxLineBytes) {
    this(channel, new PlainInput(channel), maxLineBytes);
  }

  /** A wire whose peer may send descriptors, if that input takes them. */
  Wire(ByteChannel channel, Input input, int maxLineBytes) {
    this.channel = channel;
    this.input = input;
    this.lines = new LineReader(input, maxLineBytes);
  }

  /** Sends one message; waits while the peer does not read. */
  void send(JsonNode message) throws IOException {
    sendLine(line(message));
  }

  /** Sends one line that {@link #line} made. */
  void sendLine(byte[] line) throws IOException {
    sendLine(line, List.of());
  }

  /** The same with descriptors beside it; only a wire of {@link DescriptorOutput} can. */
  void sendLine(byte[] line, List<FileDescriptor> descriptors) throws IOException {
    // Held over the write on purpose: it keeps lines whole, and those who wait for it would wait
    // for the same peer anyhow. Closing the channel ends the write.
    synchronized (wholeLines) {
      if (!descriptors.isEmpty()) {
        DescriptorOutput.attach(channel, descriptors);
      }
      int sent = 0;
      while (sent < line.length) {
        int length = Math.min(WRITE_BYTES, line.length - sent);
        sent += channel.write(ByteBuffer.wrap(line, sent, length));
      }
    }
  }

  /** The message with its line end. */
  static byte[] line(JsonNode message) {
    byte[] json = Json.bytes(message);
    byte[] line = new byte[json.length + 1];
    System.arraycopy(json, 0, line, 0, json.length);
    line[json.length] = '\n';
    return line;
  }

  /** The next line, or empty when the peer has ended its side. */
  Optional<byte[]> receive() throws IOException {
    return lines.next();
  }

  /** The descriptors that came with the line just received, for the caller to close. */
  Received takeDescriptors() {
    return input.takeDescriptors();
  }

  /** What was received beyond the last line: the first bytes after an upgrade. */
  byte[] rest() {
    return lines.rest();
  }

  /** The socket, for those who go on with bytes after an upgrade. */
  ByteChannel channel() {
    return channel;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Makes {@link #receive} see the end of the stream, while replies can still be sent. */
  void endInput() throws IOException {
    input.endInput();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private record PlainInput(SocketChannel channel) implements Input {
    @Override
    public int read(ByteBuffer target) throws IOException {
      return channel.read(target);
    }

    @Override
    public Received takeDescriptors() {
      return Received.NOTHING;
    }

    @Override
    public void endInput() throws IOException {
      channel.shutdownInput();
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
