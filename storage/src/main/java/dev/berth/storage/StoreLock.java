package dev.berth.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.error.BusyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ownership of a store: a lock on {@code store.lock} for as long as the owner lives, whatever ends
 * it. The file's content says who the owner is; without the lock it means nothing.
 *
 * <p>The kernel drops a process's lock on a file as soon as that process closes <em>any</em>
 * descriptor of it. A second attempt in the same JVM, by whichever class loader, must therefore be
 * refused before it opens the file: it looks for the file among the process's open descriptors,
 * under a monitor that all class loaders share.
 */
final class StoreLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);
  private static final Path OWN_DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final int COMMAND_LENGTH = 200;
  private static final int CONTENT_LIMIT_BYTES = 4096;

  private final FileChannel channel;

  private StoreLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the store.
   *
   * @throws BusyException when it has an owner, which is named
   * @throws IOException when the file cannot be made or locked
   */
  static StoreLock acquire(Path file, Instant now) throws IOException {
    synchronized (monitor(file)) {
      if (isOpenInThisProcess(file)) {
        ProcessHandle self = ProcessHandle.current();
        throw owned(
            file, "another host in this process, %d (%s)".formatted(self.pid(), command(self)));
      }
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS));
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw owned(file, read(channel));
        }
        write(channel, ownContent(now));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return new StoreLock(channel);
    }
  }

  /**
   * Who owns the store now, without taking it even for a moment. The kernel is asked, because the
   * file's content outlives its owner; it tells of processes in this container only.
   *
   * @return empty when nobody does, as far as can be told
   * @throws IOException when the file cannot be read
   */
  static Optional<String> owner(Path file) throws IOException {
    synchronized (monitor(file)) {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      if (isOpenInThisProcess(file)) {
        return Optional.of("this process");
      }
      String content = Files.readString(file);
      Optional<Long> pid = pid(content);
      return pid.isPresent() && isLocked(file, pid.get())
          ? Optional.of(describe(content))
          : Optional.empty();
    }
  }

  /** Looks for a line such as {@code 3: POSIX ADVISORY WRITE 4711 fe:01:131 0 EOF}. */
  private static boolean isLocked(Path file, long pid) throws IOException {
    String holder = " " + pid + " ";
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    try (Stream<String> locks = Files.lines(LOCKS)) {
      return locks.anyMatch(
          line -> line.contains(" POSIX ") && line.contains(holder) && line.contains(inode));
    }
  }

  /** Gives the store up. The file stays: removing it would race with the next owner. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("Closing the store's lock file failed; the lock ends with this process", e);
    }
  }

  /** Interned strings are the only objects that two class loaders have in common for a path. */
  private static Object monitor(Path file) {
    return ("dev.berth.storage.StoreLock " + file).intern();
  }

  private static boolean isOpenInThisProcess(Path file) throws IOException {
    Object wanted = fileKey(file);
    if (wanted == null || !Files.isDirectory(OWN_DESCRIPTORS)) {
      return false;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OWN_DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        if (Objects.equals(wanted, fileKey(descriptor))) {
          return true;
        }
      }
    }
    return false;
  }

  private static @Nullable Object fileKey(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null; // no such file, or a descriptor that was closed meanwhile
    }
  }

  private static BusyException owned(Path file, String owner) {
    return new BusyException(
        "The store in "
            + file.getParent()
            + " is in use by "
            + owner
            + ". Stop that host, connect to it, or choose another home directory. (lock file "
            + file
            + ")");
  }

  private static String ownContent(Instant now) {
    ProcessHandle self = ProcessHandle.current();
    var content = new ObjectMapper().createObjectNode();
    content.put("pid", self.pid());
    content.put("started", self.info().startInstant().map(Instant::toString).orElse("unknown"));
    content.put("command", command(self));
    content.put("since", now.toString());
    return content.toString();
  }

  private static String command(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    String command = info.commandLine().or(info::command).orElse("unknown");
    return command.substring(0, Math.min(command.length(), COMMAND_LENGTH));
  }

  private static void write(FileChannel channel, String content) {
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
    } catch (IOException e) {
      LOG.warn("The store's lock file does not name its owner: it could not be written", e);
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(CONTENT_LIMIT_BYTES);
    channel.read(bytes, 0);
    String content = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    return describe(content);
  }

  private static Optional<Long> pid(String content) {
    try {
      long pid = new ObjectMapper().readTree(content).path("pid").asLong();
      return pid > 0 ? Optional.of(pid) : Optional.empty();
    } catch (JsonProcessingException e) {
      LOG.debug("The store's lock file names no owner", e);
      return Optional.empty();
    }
  }

  private static String describe(String content) {
    try {
      JsonNode owner = new ObjectMapper().readTree(content);
      if (owner.hasNonNull("pid")) {
        return "process %s (%s), which has had it since %s"
            .formatted(
                owner.get("pid").asText(),
                owner.path("command").asText("unknown"),
                owner.path("since").asText("an unknown time"));
      }
    } catch (JsonProcessingException e) {
      LOG.debug("The store's lock file names no owner", e);
    }
    return "another process, which has not written its name yet";
  }
}
