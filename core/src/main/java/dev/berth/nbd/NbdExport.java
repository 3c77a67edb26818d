package dev.berth.nbd;

import dev.berth.error.DeadlineExceededException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A disk that an NBD server has, as a client that asks about it. For one thread; whoever connects
 * closes it.
 *
 * <p>Nothing that a server says is taken for granted: each length is bounded before anything is
 * allocated, each reply belongs to the one request there is, and all has to happen by a deadline.
 */
public final class NbdExport implements AutoCloseable {
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int SIMPLE_REPLY_MAGIC = 0x67446698;
  private static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;
  private static final int CMD_READ = 0;
  private static final int CMD_BLOCK_STATUS = 7;
  private static final int FLAG_DONE = 1;
  private static final int REPLY_NONE = 0;
  private static final int REPLY_OFFSET_DATA = 1;
  private static final int REPLY_OFFSET_HOLE = 2;
  private static final int REPLY_BLOCK_STATUS = 5;
  private static final int REPLY_IS_ERROR = 1 << 15;

  /** QEMU tells of at most 131,072 runs at once, each in 8 bytes. */
  private static final int MAX_CHUNK = 2 * 1024 * 1024;

  /** One for each context, and some that say nothing. */
  private static final int MAX_CHUNKS = 64;

  /** A request's length has 32 bits; this is aligned to whatever a server may want. */
  private static final long MAX_ASKED = 1L << 30;

  private final NbdWire wire;
  private final NbdNegotiation negotiated;
  private final List<String> contexts;
  private long cookie;

  private NbdExport(NbdWire wire, NbdNegotiation negotiated, List<String> contexts) {
    this.wire = wire;
    this.negotiated = negotiated;
    this.contexts = contexts;
  }

  /**
   * Connects.
   *
   * @param size of the disk, in bytes
   * @param contexts that can be asked for later, all of which the server has to have
   * @param patience for all that is done with it
   * @throws IOException when there is no server, or it is no proper one, or has no such export of
   *     that size
   * @throws DeadlineExceededException when it takes longer
   */
  public static NbdExport connect(
      Path socket, String export, long size, List<String> contexts, Duration patience)
      throws IOException {
    NbdWire wire = NbdWire.connect(socket, patience);
    try {
      NbdNegotiation negotiation = new NbdNegotiation(wire);
      negotiation.open(export, contexts);
      if (negotiation.size() != size) {
        throw new ProtocolException(
            "it tells of " + negotiation.size() + " bytes, where the disk has " + size);
      }
      return new NbdExport(wire, negotiation, List.copyOf(contexts));
    } catch (IOException | RuntimeException failure) {
      wire.close();
      throw failure;
    }
  }

  /** Of the disk, in bytes. */
  public long size() {
    return negotiated.size();
  }

  /**
   * Reads so much there and forgets it: whether it can be read.
   *
   * @throws NbdErrorException when it cannot, with the server's reason
   * @throws IOException when that is not known
   */
  public void probe(long offset, int length) throws IOException {
    request(CMD_READ, offset, length);
    replies(
        (type, payload) -> {
          if (type != REPLY_OFFSET_DATA && type != REPLY_OFFSET_HOLE) {
            throw new ProtocolException("it answers a read with " + type);
          }
        });
  }

  /**
   * How the disk is from there on, as far as the server tells at once.
   *
   * @return for each context the runs from the offset on, none of them empty
   * @throws IOException when it cannot be told, with the server's reason
   */
  public Map<String, List<Run>> status(long offset) throws IOException {
    long length = Math.min(MAX_ASKED, Math.subtractExact(size(), offset));
    request(CMD_BLOCK_STATUS, offset, Math.toIntExact(length));
    Map<String, List<Run>> told = new HashMap<>();
    Map<Integer, String> byNumber = negotiated.contexts();
    replies(
        (type, payload) -> {
          if (type != REPLY_BLOCK_STATUS || payload.remaining() < 12) {
            throw new ProtocolException("it answers a question about blocks with " + type);
          }
          String context = byNumber.get(payload.getInt());
          if (context == null || told.put(context, runs(payload, size() - offset)) != null) {
            throw new ProtocolException("it tells what it was not asked");
          }
        });
    if (!told.keySet().containsAll(contexts)) {
      throw new ProtocolException("it does not tell all that it was asked");
    }
    return told;
  }

  /**
   * A part of a disk that is the same throughout in one context.
   *
   * @param length in bytes, more than none
   * @param flags as the context has them
   */
  public record Run(long length, int flags) {}

  private static List<Run> runs(ByteBuffer payload, long most) throws IOException {
    List<Run> runs = new ArrayList<>();
    long left = most;
    while (payload.remaining() >= 8) {
      long length = Integer.toUnsignedLong(payload.getInt());
      if (length == 0) {
        throw new ProtocolException("it tells of a part that is empty");
      }
      left -= length;
      if (left < 0) {
        throw new ProtocolException("it tells of a part beyond the end of the disk");
      }
      runs.add(new Run(length, payload.getInt()));
    }
    return runs;
  }

  // ---- requests and replies

  private interface Chunks {
    void take(int type, ByteBuffer payload) throws IOException;
  }

  private void request(int command, long offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, size());
    cookie++;
    ByteBuffer request = ByteBuffer.allocate(28);
    request.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) command);
    wire.send(request.putLong(cookie).putLong(offset).putInt(length).flip());
  }

  private void replies(Chunks chunks) throws IOException {
    for (int i = 0; i < MAX_CHUNKS; i++) {
      int magic = wire.receive(4).getInt();
      if (magic == SIMPLE_REPLY_MAGIC) {
        throw simple();
      }
      if (magic != STRUCTURED_REPLY_MAGIC) {
        throw new ProtocolException("it answers in another protocol");
      }
      ByteBuffer header = wire.receive(16);
      int flags = header.getShort();
      int type = Short.toUnsignedInt(header.getShort());
      requireOurs(header.getLong());
      int length = header.getInt();
      if (length < 0 || length > MAX_CHUNK) {
        throw new ProtocolException("a part of " + Integer.toUnsignedString(length) + " bytes");
      }
      ByteBuffer payload = wire.receive(length);
      if ((type & REPLY_IS_ERROR) != 0) {
        throw failure(payload);
      }
      if (type != REPLY_NONE) {
        chunks.take(type, payload);
      }
      if ((flags & FLAG_DONE) != 0) {
        return;
      }
    }
    throw new ProtocolException("it does not come to an end");
  }

  private IOException simple() throws IOException {
    ByteBuffer rest = wire.receive(12);
    int error = rest.getInt();
    requireOurs(rest.getLong());
    return new NbdErrorException("the server fails with error " + error);
  }

  private void requireOurs(long answered) throws IOException {
    if (answered != cookie) {
      throw new ProtocolException("it answers what was not asked");
    }
  }

  private static IOException failure(ByteBuffer payload) throws IOException {
    if (payload.remaining() < 6) {
      throw new ProtocolException("it fails without a reason");
    }
    int error = payload.getInt();
    int length = Math.min(Short.toUnsignedInt(payload.getShort()), payload.remaining());
    String message = NbdNegotiation.text(payload.slice(payload.position(), length));
    return new NbdErrorException(
        "the server fails with error " + error + (message.isEmpty() ? "" : ": " + message));
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
