package dev.berth.qmp;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/**
 * One socket: cuts what arrives into lines and writes the owner's calls. Belongs to the selector
 * thread alone, because junixsocket's channel closes itself when a thread that reads or writes is
 * interrupted.
 */
final class Transport {
  /** Longest line that is accepted; the largest honest ones are some hundred kilobytes. */
  static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;

  /** What a transport serves. */
  interface Owner extends FrameReader.Sink {
    /** The call to write next, or null. */
    @Nullable Call next();

    /** The socket is closed; comes once. */
    void ended(QmpDisconnect cause);
  }

  private final AFUNIXSocketChannel channel;
  private final SelectionKey key;
  private final ByteBuffer readBuffer;
  private final Owner owner;
  private final FrameReader frames = new FrameReader(MAX_FRAME_BYTES);
  private @Nullable Call writing;
  private boolean open = true;

  /**
   * Takes over a connected, non-blocking channel.
   *
   * @param readBuffer a direct buffer that all transports of one selector share
   */
  Transport(AFUNIXSocketChannel channel, Selector selector, ByteBuffer readBuffer, Owner owner)
      throws IOException {
    this.channel = channel;
    this.readBuffer = readBuffer;
    this.owner = owner;
    this.key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Does what the socket is ready for. */
  void ready() {
    guarded(
        () -> {
          // junixsocket marks the key of a socket whose peer hung up as invalid and then forgets it
          // without another word, so this is the last occasion to read what the peer left behind.
          boolean last = !key.isValid();
          read(last);
          write();
        });
  }

  /** Writes as much as the socket takes of what the owner has to send. */
  void flush() {
    guarded(this::write);
  }

  /** Closes the socket, for that reason; nothing happens when it is closed already. */
  void close(QmpDisconnect cause) {
    if (!open) {
      return;
    }
    open = false;
    writing = null;
    QmpDisconnect told = cause;
    try {
      channel.close();
    } catch (IOException e) {
      told =
          new QmpDisconnect(
              cause.reason(), cause.message(), cause.cause() == null ? e : cause.cause());
    }
    owner.ended(told);
  }

  /** One step that may find the connection broken. */
  private interface Step {
    void run() throws IOException, WireException;
  }

  private void guarded(Step step) {
    if (!open) {
      return;
    }
    try {
      step.run();
    } catch (WireException e) {
      close(e.disconnect());
    } catch (IOException e) {
      close(Disconnects.of(e));
    }
  }

  private void read(boolean untilEnd) throws IOException, WireException {
    do {
      readBuffer.clear();
      int count = channel.read(readBuffer);
      if (count < 0) {
        close(Disconnects.hungUp());
      }
      if (count <= 0) {
        return;
      }
      readBuffer.flip();
      frames.feed(readBuffer, owner);
    } while (open && untilEnd);
  }

  private void write() throws IOException, WireException {
    while (open) {
      Call call = writing != null ? writing : owner.next();
      if (call == null) {
        key.interestOps(SelectionKey.OP_READ);
        return;
      }
      writing = call;
      // A write to a peer that has hung up closes the channel and loses what the peer had said
      // last,
      // for instance why the guest shut down: hear that first.
      read(false);
      if (open && !write(call)) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
    }
  }

  /** Writes what is left of a call; false when the socket takes no more for now. */
  private boolean write(Call call) throws IOException {
    ByteBuffer frame = call.frame();
    while (frame.hasRemaining()) {
      FileDescriptor descriptor = call.isStarted() ? null : call.descriptor();
      if (descriptor != null) {
        channel.setOutboundFileDescriptors(descriptor); // goes with the first byte
      }
      if (channel.write(frame) == 0) {
        channel.setOutboundFileDescriptors();
        return false;
      }
    }
    writing = null;
    return true;
  }
}
