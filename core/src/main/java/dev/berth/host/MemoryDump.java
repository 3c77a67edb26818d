package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the memory of a guest is to be written down.
 *
 * @param file where to, on the host; absolute. It appears when the dump is complete, readable for
 *     the host's user alone: a guest's memory holds its secrets
 * @param format what as
 * @param existing what becomes of a file of that name
 */
@Api(since = "0.1")
public record MemoryDump(Path file, Format format, Existing existing) {

  /** What a dump is written as. QEMU decides which of them its machine can do. */
  public enum Format {
    /** A core file, as large as the guest's memory. */
    ELF("elf"),
    /** What kdump makes, compressed by zlib. */
    KDUMP_ZLIB("kdump-zlib"),
    /** What kdump makes, compressed by lzo. */
    KDUMP_LZO("kdump-lzo"),
    /** What kdump makes, compressed by snappy. */
    KDUMP_SNAPPY("kdump-snappy");

    private final String text;

    Format(String text) {
      this.text = text;
    }

    /** QEMU's word for it (QAPI {@code DumpGuestMemoryFormat}). */
    public String text() {
      return text;
    }

    /** The format of that word; empty when there is none. */
    public static Optional<Format> of(String text) {
      for (Format format : values()) {
        if (format.text.equals(text)) {
          return Optional.of(format);
        }
      }
      return Optional.empty();
    }
  }

  /** What becomes of a file that is there already. */
  public enum Existing {
    /** The dump is refused. */
    REFUSE,
    /** It is replaced when the dump is complete. */
    REPLACE
  }

  /**
   * A checked wish.
   *
   * @throws InvalidRequestException when the path is not absolute, or that of no file
   */
  public MemoryDump {
    if (!file.isAbsolute() || file.getFileName() == null) {
      throw new InvalidRequestException(
          "file: should be an absolute path of a file, but it is '" + file + "'.");
    }
    file = file.normalize();
  }

  /** As a core file that is not there yet. */
  public static MemoryDump to(Path file) {
    return new MemoryDump(file, Format.ELF, Existing.REFUSE);
  }
}
