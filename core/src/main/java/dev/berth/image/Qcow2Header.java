package dev.berth.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The header of a qcow2 image as far as it decides whether QEMU may be given the image: a header
 * can name other files, and QEMU would open them. Reads a bounded part and trusts none of it.
 *
 * @param version of the format, 2 or 3
 * @param virtualSize what the guest sees, in bytes
 * @param backingFile the image below this one, as the header spells it
 * @param backingFormat what the header says of that one's format
 * @param incompatible the feature bits that a reader must know; 0 in version 2
 * @param encryption 0 for none, 2 for LUKS
 * @param snapshots how many internal snapshots it has
 * @param broken why it cannot be an image, whatever its content is
 */
public record Qcow2Header(
    int version,
    long virtualSize,
    Optional<String> backingFile,
    Optional<String> backingFormat,
    long incompatible,
    int encryption,
    long snapshots,
    Optional<String> broken) {
  private static final int MAGIC = 0x514649fb;
  private static final int VERSION_2_BYTES = 72;
  private static final int VERSION_3_BYTES = 104;
  private static final int LONGEST_BACKING_NAME = 1023;
  private static final int LONGEST_FORMAT_NAME = 15;
  private static final int BACKING_FORMAT = 0xe2792aca;
  private static final int LUKS = 2;
  private static final int SMALLEST_CLUSTER_BITS = 9;
  private static final int LARGEST_CLUSTER_BITS = 21;

  /** A pebibyte: what QEMU takes with clusters of the largest size. */
  private static final long LARGEST_DISK = 1L << 50;

  /** 32 MiB, QEMU's own limit. */
  private static final long LARGEST_TABLE_ENTRIES = (32 << 20) / 8;

  private static final long CORRUPT = 1 << 1;
  private static final long DATA_FILE = 1 << 2;

  /** The header of an image; empty when it is no qcow2 image. The file's position stays. */
  public static Optional<Qcow2Header> read(FileChannel file) throws IOException {
    ByteBuffer head = Qcow2Extensions.bytes(file, 0, VERSION_3_BYTES);
    if (head.remaining() < VERSION_2_BYTES || head.getInt(0) != MAGIC) {
      return Optional.empty();
    }
    int version = head.getInt(4);
    boolean long3 = version >= 3 && head.remaining() >= VERSION_3_BYTES;
    if (version < 2 || (version >= 3 && !long3)) {
      return Optional.empty();
    }
    return Optional.of(
        new Qcow2Header(
            version,
            head.getLong(24),
            backingFile(file, head.getLong(8), head.getInt(16)),
            backingFormat(file, long3 ? head.getInt(100) : VERSION_2_BYTES),
            long3 ? head.getLong(72) : 0,
            head.getInt(32),
            Integer.toUnsignedLong(head.getInt(60)),
            broken(head, file.size())));
  }

  /** Whether it is encrypted with LUKS. */
  public boolean isLuks() {
    return encryption == LUKS;
  }

  /** Why QEMU must not be given this image yet, and what to do; empty when it may. */
  public Optional<String> obstacle() {
    if (version > 3) {
      return Optional.of("is of qcow2 version " + version + ", which is not known");
    }
    if ((incompatible & DATA_FILE) != 0) {
      return Optional.of(
          "keeps its data in another file, which is not supported: convert it with"
              + " 'qemu-img convert -O qcow2'");
    }
    if (encryption != 0 && encryption != LUKS) {
      return Optional.of(
          "is encrypted in a way that is broken: decrypt it with 'qemu-img convert'");
    }
    return (incompatible & CORRUPT) == 0
        ? Optional.empty()
        : Optional.of("is marked corrupt: repair it with 'qemu-img check -r all'");
  }

  /**
   * Why nobody should copy this image, which a stranger may have made, and what to do; empty when
   * it can be copied.
   */
  public Optional<String> foreignObstacle() {
    return obstacle()
        .or(() -> broken)
        .or(
            () ->
                encryption != 0
                    ? Optional.of("is encrypted: decrypt it with 'qemu-img convert' first")
                    : Optional.empty())
        .or(
            () ->
                backingFile.map(
                    name ->
                        "stands on '"
                            + name
                            + "', and nothing else is read than the file itself: flatten it with"
                            + " 'qemu-img convert -O qcow2' where that is"))
        .or(
            () ->
                snapshots > 0
                    ? Optional.of(
                        "has internal snapshots, which a copy would lose: delete them with 'qemu-img"
                            + " snapshot -d'")
                    : Optional.empty());
  }

  /** What of the tables that the header tells of cannot be. */
  private static Optional<String> broken(ByteBuffer head, long fileBytes) {
    int clusterBits = head.getInt(20);
    long virtualBytes = head.getLong(24);
    long tableEntries = Integer.toUnsignedLong(head.getInt(36));
    long table = head.getLong(40);
    long refcounts = head.getLong(48);
    if (clusterBits < SMALLEST_CLUSTER_BITS || clusterBits > LARGEST_CLUSTER_BITS) {
      return Optional.of("is broken: its clusters have no size that is known");
    }
    if (virtualBytes < 0 || virtualBytes > LARGEST_DISK) {
      return Optional.of("is broken: no disk is as large as it says");
    }
    long mostEntries = (LARGEST_DISK >> (2 * clusterBits - 3)) + 1;
    if (tableEntries > Math.min(mostEntries, LARGEST_TABLE_ENTRIES)) {
      return Optional.of("is broken: its table of clusters is larger than any can be");
    }
    if (table < 0 || table > fileBytes || refcounts <= 0 || refcounts > fileBytes) {
      return Optional.of("is cut off or broken: its tables are beyond its end");
    }
    return Optional.empty();
  }

  /** The name at that place; a place of 0 means none. What cannot be a name is said to be one. */
  private static Optional<String> backingFile(FileChannel file, long offset, int length)
      throws IOException {
    if (offset == 0) {
      return Optional.empty();
    }
    if (offset < 0 || length <= 0 || length > LONGEST_BACKING_NAME) {
      return Optional.of("?");
    }
    return Optional.of(text(Qcow2Extensions.bytes(file, offset, length)));
  }

  private static Optional<String> backingFormat(FileChannel file, int headerLength)
      throws IOException {
    return Qcow2Extensions.read(file, headerLength, BACKING_FORMAT, LONGEST_FORMAT_NAME)
        .map(Qcow2Header::text);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString().replaceAll("\\p{Cntrl}", "?");
  }
}
