package dev.berth.engine.qemu;

import dev.berth.error.HostFailureException;
import dev.berth.machine.MachineFiles;
import dev.berth.screen.ScreenPicture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The file in a machine's run directory that QEMU writes its screen to. It is opened before QEMU
 * knows of it, so that what is read is this file, whatever has its name by then. An fdset would
 * keep a file open in a QEMU up to 7.2 whose guest is paused. For threads that storage may hold up.
 */
public final class ScreenFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private ScreenFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Makes an empty one, for the host's user alone; what is left of an earlier one goes. */
  public static ScreenFile create(MachineFiles files) {
    Path path = files.screenFile();
    try {
      Files.deleteIfExists(path);
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new ScreenFile(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException e) {
      throw new HostFailureException("Cannot make '" + path + "' for a screenshot: " + e + ".", e);
    }
  }

  /** Removes what a host that was killed may have left; tells whether it had. */
  public static boolean remove(MachineFiles files) {
    try {
      return Files.deleteIfExists(files.screenFile());
    } catch (IOException e) {
      throw new HostFailureException("Cannot remove '" + files.screenFile() + "': " + e + ".", e);
    }
  }

  public Path path() {
    return path;
  }

  /** What QEMU has written, as a PNG. */
  public byte[] png() {
    try (InputStream pixmap = Channels.newInputStream(channel)) {
      return ScreenPicture.png(pixmap);
    } catch (IOException e) {
      throw new HostFailureException(
          "What QEMU wrote to '" + path + "' cannot be used as a screenshot: " + e + ".", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new HostFailureException("Cannot remove '" + path + "': " + e + ".", e);
    }
  }
}
