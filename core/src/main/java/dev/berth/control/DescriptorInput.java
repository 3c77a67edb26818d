package dev.berth.control;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.berth.host.Resources;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a client's bytes, and the file descriptors that come beside them. One thread reads; any
 * thread may close.
 *
 * <p>By {@code recvmsg} itself: of a message with more than 60 descriptors junixsocket throws, and
 * the descriptors stay open for ever; the JDK closes all of them. Here there is room for as many as
 * the kernel ever hands over at once, whatever a client sends.
 *
 * <p>The socket's number is used within {@link #reading} only, and the socket closed there: so no
 * other file can have the number meanwhile. Before that its input is ended, which ends a read that
 * waits.
 */
final class DescriptorInput implements Wire.Input {
  private static final Logger LOG = LoggerFactory.getLogger(DescriptorInput.class);
  private static final int READ_BYTES = 16 * 1024;

  /** {@code SCM_MAX_FD}: more do not fit in one message. */
  private static final int MOST_AT_ONCE = 253;

  /** {@code struct cmsghdr}: length, level, type. */
  private static final int CONTROL_HEADER = 16;

  private static final int CONTROL_BYTES = (CONTROL_HEADER + 4 * MOST_AT_ONCE + 7) / 8 * 8;

  /** {@code struct msghdr} with its one {@code struct iovec} behind it. */
  private static final int MESSAGE_BYTES = 56;

  private static final int VECTOR_BYTES = 16;

  private final AFUNIXSocketChannel channel;
  private final Object reading = new Object();
  private final Memory data = new Memory(READ_BYTES);
  private final Memory control = new Memory(CONTROL_BYTES);
  private final Memory message = new Memory(MESSAGE_BYTES + VECTOR_BYTES);
  private final List<FileDescriptor> received = new ArrayList<>();
  private int surplus;
  private boolean closed;

  DescriptorInput(AFUNIXSocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    synchronized (reading) {
      if (closed) {
        return -1;
      }
      int count = (int) receive(Math.min(READ_BYTES, target.remaining()));
      target.put(data.getByteBuffer(0, count));
      return count == 0 ? -1 : count;
    }
  }

  /** Those that came since the last call, and how many more came than one request can have. */
  @Override
  public Received takeDescriptors() {
    synchronized (reading) {
      Received taken =
          new Received(List.copyOf(received), surplus, Received.Way.SOCKET_OF_THIS_MACHINE);
      received.clear();
      surplus = 0;
      return taken;
    }
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
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      LOG.debug("The client has ended the connection, and with it a read: {}", e.toString());
    }
    synchronized (reading) {
      if (!closed) {
        closed = true;
        takeDescriptors().close();
        channel.close();
      }
    }
  }

  private long receive(int most) throws IOException {
    int socket = FileDescriptorCast.using(channel.getFileDescriptor()).as(Integer.class);
    while (true) {
      prepare(most);
      long count = Libc.INSTANCE.recvmsg(socket, message, Libc.MSG_CMSG_CLOEXEC);
      if (count >= 0) {
        collect();
        return count;
      }
      int error = Native.getLastError();
      if (error == Libc.EAGAIN) {
        awaitInput(socket);
      } else if (error != Libc.EINTR) {
        throw new IOException(Libc.INSTANCE.strerror(error));
      }
    }
  }

  private void prepare(int most) {
    message.clear();
    Pointer vector = message.share(MESSAGE_BYTES);
    vector.setPointer(0, data);
    vector.setLong(8, most);
    message.setPointer(16, vector);
    message.setLong(24, 1);
    message.setPointer(32, control);
    message.setLong(40, CONTROL_BYTES);
  }

  private static void awaitInput(int socket) {
    try (Memory poll = new Memory(8)) {
      poll.setInt(0, socket);
      poll.setShort(4, Libc.POLLIN);
      poll.setShort(6, (short) 0);
      Libc.INSTANCE.poll(poll, 1, -1);
    }
  }

  /** Takes the descriptors out of the control data. */
  private void collect() {
    long length = message.getLong(40);
    for (long at = 0; at + CONTROL_HEADER <= length; ) {
      long size = control.getLong(at);
      if (size < CONTROL_HEADER) {
        return;
      }
      boolean rights =
          control.getInt(at + 8) == Libc.SOL_SOCKET && control.getInt(at + 12) == Libc.SCM_RIGHTS;
      for (long one = at + CONTROL_HEADER; rights && one + 4 <= at + size; one += 4) {
        add(control.getInt(one));
      }
      at += (size + 7) / 8 * 8;
    }
  }

  private void add(int number) {
    try {
      if (received.size() < Resources.MOST_DESCRIPTORS) {
        received.add(FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
        return;
      }
    } catch (IOException unusable) {
      LOG.debug(
          "A client sent a descriptor that nothing can be done with: {}", unusable.toString());
    }
    surplus++;
    Libc.INSTANCE.close(number);
  }
}
