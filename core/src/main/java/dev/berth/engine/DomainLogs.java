package dev.berth.engine;

import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.LogKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Reads the logs of a domain. */
final class DomainLogs {
  private static final int LIMIT = 16 << 20;

  private DomainLogs() {}

  /** The newest bytes of that log, none when there is no log. */
  static byte[] tail(HostServices host, DomainDriver driver, LogKind kind, int maxBytes) {
    if (maxBytes < 1 || maxBytes > LIMIT) {
      throw new InvalidRequestException(
          "max-bytes: must be 1 to " + LIMIT + ", is " + maxBytes + ".");
    }
    Path directory = host.launcher().logDirectory(driver.snapshot().uuid());
    return switch (kind) {
      case CONSOLE -> tail(directory.resolve("console.log"), maxBytes);
      case QEMU -> tail(directory.resolve("qemu.log"), maxBytes);
      case QMP -> tail(driver.recorder().lines(), maxBytes);
    };
  }

  private static byte[] tail(byte[] log, int maxBytes) {
    return Arrays.copyOfRange(log, Math.max(0, log.length - maxBytes), log.length);
  }

  private static byte[] tail(Path file, int maxBytes) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(maxBytes, channel.size()));
      channel.position(Math.max(0, channel.size() - maxBytes));
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // until it is full or the log was cut meanwhile
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    } catch (NoSuchFileException none) {
      return new byte[0];
    } catch (IOException e) {
      throw new HostFailureException("Cannot read " + file + ": " + e.getMessage() + ".", e);
    }
  }
}
