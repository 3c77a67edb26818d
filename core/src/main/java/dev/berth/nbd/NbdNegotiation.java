package dev.berth.nbd;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a connection to an NBD server begins (NBD protocol, fixed newstyle): structured replies, the
 * metadata contexts that are wanted, then the export.
 */
final class NbdNegotiation {
  private static final long MAGIC = 0x4e42444d41474943L; // NBDMAGIC
  private static final long OPTION_MAGIC = 0x49484156454f5054L; // IHAVEOPT
  private static final long REPLY_MAGIC = 0x3e889045565a9L;
  private static final int FIXED_NEWSTYLE = 1;
  private static final int NO_ZEROES = 2;

  private static final int OPT_GO = 7;
  private static final int OPT_STRUCTURED_REPLY = 8;
  private static final int OPT_SET_META_CONTEXT = 10;

  private static final int REP_ACK = 1;
  private static final int REP_INFO = 3;
  private static final int REP_META_CONTEXT = 4;
  private static final int REP_IS_ERROR = 1 << 31;

  private static final int INFO_EXPORT = 0;

  /** Names have at most 4,096 bytes; replies about an option are not much longer. */
  private static final int MAX_OPTION_REPLY = 16 * 1024;

  /** A server that goes on and on about one option is none. */
  private static final int MAX_OPTION_REPLIES = 64;

  private final NbdWire wire;
  private final Map<String, Integer> contexts = new HashMap<>();
  private long size = -1;

  NbdNegotiation(NbdWire wire) {
    this.wire = wire;
  }

  /** What the server said to each reply about an option. */
  private interface Replies {
    void take(int type, ByteBuffer data) throws IOException;
  }

  /** Opens an export with those contexts. */
  void open(String export, List<String> wanted) throws IOException {
    ByteBuffer greeting = wire.receive(18);
    if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
      throw new ProtocolException("it is no NBD server of the newer style");
    }
    int flags = greeting.getShort();
    if ((flags & FIXED_NEWSTYLE) == 0) {
      throw new ProtocolException("it does not negotiate");
    }
    wire.send(ByteBuffer.allocate(4).putInt(flags & (FIXED_NEWSTYLE | NO_ZEROES)).flip());
    option(OPT_STRUCTURED_REPLY, ByteBuffer.allocate(0), (type, data) -> unexpected(type));
    option(OPT_SET_META_CONTEXT, contexts(export, wanted), this::context);
    if (!contexts.keySet().containsAll(wanted)) {
      throw new ProtocolException("it does not have all of the contexts " + wanted);
    }
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuffer go = ByteBuffer.allocate(6 + name.length).putInt(name.length).put(name);
    option(OPT_GO, go.putShort((short) 0).flip(), this::info);
    if (size < 0) {
      throw new ProtocolException("it does not tell the size of '" + export + "'");
    }
  }

  /** In bytes. */
  long size() {
    return size;
  }

  /** The contexts that were negotiated, by the numbers that the server gave them. */
  Map<Integer, String> contexts() {
    Map<Integer, String> byNumber = new HashMap<>();
    contexts.forEach((name, number) -> byNumber.put(number, name));
    return byNumber;
  }

  private static ByteBuffer contexts(String export, List<String> wanted) {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    List<byte[]> queries =
        wanted.stream().map(context -> context.getBytes(StandardCharsets.UTF_8)).toList();
    int length = queries.stream().mapToInt(query -> 4 + query.length).sum();
    ByteBuffer data = ByteBuffer.allocate(8 + name.length + length);
    data.putInt(name.length).put(name).putInt(queries.size());
    queries.forEach(query -> data.putInt(query.length).put(query));
    return data.flip();
  }

  private void context(int type, ByteBuffer data) throws IOException {
    if (type != REP_META_CONTEXT || data.remaining() < 4) {
      unexpected(type);
    }
    int number = data.getInt();
    contexts.put(StandardCharsets.UTF_8.decode(data).toString(), number);
  }

  private void info(int type, ByteBuffer data) throws IOException {
    if (type != REP_INFO || data.remaining() < 2) {
      unexpected(type);
    }
    if (data.getShort() == INFO_EXPORT && data.remaining() >= 10) {
      size = data.getLong();
    }
  }

  private static void unexpected(int type) throws IOException {
    throw new ProtocolException("it answers an option with " + Integer.toHexString(type));
  }

  private void option(int option, ByteBuffer data, Replies replies) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(16 + data.remaining());
    request.putLong(OPTION_MAGIC).putInt(option).putInt(data.remaining()).put(data);
    wire.send(request.flip());
    for (int i = 0; i < MAX_OPTION_REPLIES; i++) {
      ByteBuffer header = wire.receive(20);
      if (header.getLong() != REPLY_MAGIC || header.getInt() != option) {
        throw new ProtocolException("it answers something that was not asked");
      }
      int type = header.getInt();
      int length = header.getInt();
      if (length < 0 || length > MAX_OPTION_REPLY) {
        throw new ProtocolException("an answer of " + Integer.toUnsignedString(length) + " bytes");
      }
      ByteBuffer answer = wire.receive(length);
      if (type == REP_ACK) {
        return;
      }
      if ((type & REP_IS_ERROR) != 0) {
        throw new ProtocolException("it refuses: " + text(answer));
      }
      replies.take(type, answer);
    }
    throw new ProtocolException("it does not come to an end with option " + option);
  }

  /** What a server says to people, without what a terminal would act on. */
  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString().replaceAll("\\p{Cntrl}", "?");
  }
}
