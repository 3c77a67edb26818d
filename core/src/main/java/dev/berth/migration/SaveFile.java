package dev.berth.migration;

import dev.berth.error.HostFailureException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.migration.SavedMachine.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * A file with the state of a machine: what QEMU has written, and behind it what it is of.
 *
 * <pre>
 *   QEMU's stream │ description, JSON │ its length, its checksum, 8 bytes each │ BERTHSAV
 * </pre>
 *
 * <p>Why behind: QEMU writes from the first byte on, and reads as far as its stream goes; and a
 * file that was not written to its end does not describe itself, so that nobody takes it for a
 * whole one. The checksums are there against disks, not against forgers: what the file says is run
 * as a machine, so that it is read only where nobody else can have written it.
 */
public final class SaveFile {
  private static final long MAGIC = 0x4245525448534156L; // BERTHSAV
  private static final int TAIL_BYTES = 3 * Long.BYTES;

  /** Far more than the record of any machine. */
  private static final long MAX_DESCRIPTION_BYTES = 16L << 20;

  private static final int READ_BYTES = 1 << 20;

  private static final Path SELF = Path.of("/proc/self");
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int OTHERS_WRITE = 0022;

  private SaveFile() {}

  /**
   * Has a file describe itself, whatever an earlier call has left behind the stream, and brings it
   * to the disk.
   *
   * @param streamBytes how much of it QEMU has written
   * @param description of the machine, with what was found of the stream
   */
  public static void describe(
      Path file, long streamBytes, Function<Stream, SavedMachine> description) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.truncate(streamBytes);
      Stream stream = new Stream(streamBytes, checksum(channel, streamBytes));
      byte[] json = Json.bytes(SavedMachineCodec.write(description.apply(stream)));
      ByteBuffer end = ByteBuffer.allocate(json.length + TAIL_BYTES);
      end.put(json).putLong(json.length).putLong(checksum(json)).putLong(MAGIC).flip();
      long position = streamBytes;
      while (end.hasRemaining()) {
        position += channel.write(end, position);
      }
      channel.force(true);
    }
  }

  /**
   * What a file says that it is.
   *
   * @throws HostFailureException when it cannot be read, others may have written it, or it has no
   *     saved machine
   */
  public static SavedMachine read(Path file) {
    try (FileChannel channel = open(file)) {
      return read(channel);
    } catch (IOException | MalformedReplyException e) {
      throw unusable(file, e);
    }
  }

  /**
   * The same, once all of the stream was found to be as it was written.
   *
   * @throws HostFailureException when it is not
   */
  public static SavedMachine readAll(Path file) {
    try (FileChannel channel = open(file)) {
      SavedMachine saved = read(channel);
      if (checksum(channel, saved.stream().bytes()) != saved.stream().crc32c()) {
        throw new MalformedReplyException("it is damaged: its checksum is another");
      }
      return saved;
    } catch (IOException | MalformedReplyException e) {
      throw unusable(file, e);
    }
  }

  /** Waits for nobody: a pipe is none. */
  private static FileChannel open(Path file) throws IOException {
    requireTrusted(file);
    return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Sees that nobody but root and this process's user can have written a file.
   *
   * @throws HostFailureException saying what to do
   */
  public static void requireTrusted(Path file) {
    try {
      Map<String, Object> facts =
          Files.readAttributes(file, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
      int mode = (Integer) facts.get("mode");
      Object owner = facts.get("uid");
      if ((mode & TYPE) != REGULAR) {
        throw new MalformedReplyException(
            "it is no regular file. Name the file itself, and no link to it");
      }
      if (!owner.equals(0) && !owner.equals(Files.getAttribute(SELF, "unix:uid"))) {
        throw new MalformedReplyException(
            "it belongs to user "
                + owner
                + ", who could have this host start anything. Make sure of what it is, and take it"
                + " over ('chown')");
      }
      if ((mode & OTHERS_WRITE) != 0) {
        throw new MalformedReplyException(
            "others may write to it, and could have this host start anything. Take that right away"
                + " ('chmod go-w')");
      }
    } catch (NoSuchFileException none) {
      throw new HostFailureException("There is no file '" + file + "' to restore from.", none);
    } catch (IOException | MalformedReplyException e) {
      throw unusable(file, e);
    }
  }

  private static HostFailureException unusable(Path file, Exception why) {
    return new HostFailureException(
        "'" + file + "' cannot be used as a saved machine: " + why.getMessage() + ".", why);
  }

  private static SavedMachine read(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < TAIL_BYTES) {
      throw new MalformedReplyException("it is none");
    }
    ByteBuffer tail = read(channel, size - TAIL_BYTES, TAIL_BYTES);
    long length = tail.getLong();
    long checksum = tail.getLong();
    if (tail.getLong() != MAGIC) {
      throw new MalformedReplyException("it is none, or was not written to its end");
    }
    if (length < 0 || length > MAX_DESCRIPTION_BYTES || length > size - TAIL_BYTES) {
      throw new MalformedReplyException("its description is " + length + " bytes long");
    }
    byte[] json = read(channel, size - TAIL_BYTES - length, (int) length).array();
    if (checksum(json) != checksum) {
      throw new MalformedReplyException("its description is damaged");
    }
    SavedMachine saved = SavedMachineCodec.read(Json.read(json));
    if (saved.stream().bytes() != size - TAIL_BYTES - length) {
      throw new MalformedReplyException("it is not as long as it says");
    }
    return saved;
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new MalformedReplyException("it has become shorter");
      }
    }
    return buffer.flip();
  }

  private static long checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length);
    return checksum.getValue();
  }

  private static long checksum(FileChannel channel, long bytes) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    long position = 0;
    while (position < bytes) {
      buffer.clear().limit((int) Math.min(READ_BYTES, bytes - position));
      int read = channel.read(buffer, position);
      if (read < 0) {
        throw new MalformedReplyException("it has become shorter");
      }
      checksum.update(buffer.flip());
      position += read;
    }
    return checksum.getValue();
  }
}
