package dev.berth.control;

import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.newsclub.net.unix.AFServerSocket;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * The file of a listening socket: made for its owner alone, taken over only from the dead, removed
 * at the end. Used by one thread.
 *
 * <p>Whoever serves a path holds a lock on {@code <path>.lock} meanwhile, so that of two who find
 * the same left-over socket only one replaces it. The lock file stays, as a lock file has to: who
 * removed it could let two hold a lock on two files of one name.
 */
final class SocketFile {
  /** {@code sun_path} has 108 bytes, the last of them NUL (unix(7)). */
  static final int MAX_PATH_BYTES = 107;

  private static final int BACKLOG = 128;
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 022;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private static final Set<PosixFilePermission> EVERYBODY =
      PosixFilePermissions.fromString("rw-rw-rw-");

  private final Path path;
  private final FileChannel lock;
  private final AFUNIXServerSocketChannel listener;
  private final Object fileKey;
  private final String owner;

  private SocketFile(
      Path path,
      FileChannel lock,
      AFUNIXServerSocketChannel listener,
      Object fileKey,
      String owner) {
    this.path = path;
    this.lock = lock;
    this.listener = listener;
    this.fileKey = fileKey;
    this.owner = owner;
  }

  /**
   * Begins to listen.
   *
   * @param toAll whether everybody may connect, for the server to sort them by who they are; else
   *     the kernel lets nobody but the owner and root
   * @throws HostFailureException when the path is too long, its directory missing or open to
   *     others, or something else is there
   */
  static SocketFile listen(Path path, boolean toAll) {
    checkLength(path);
    try {
      checkDirectory(path);
      FileChannel lock = lock(path);
      try {
        removeLeftover(path);
        return bind(path, lock, toAll ? EVERYBODY : OWNER_ONLY);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new HostFailureException("Cannot listen on " + path + ": " + reason(e) + ".", e);
    }
  }

  /** Listens; its clients can send file descriptors. */
  AFUNIXServerSocketChannel listener() {
    return listener;
  }

  /** The name of the user who owns the socket. */
  String owner() {
    return owner;
  }

  /** Stops to listen and removes the file, unless somebody else has put another one there. */
  void close() throws IOException {
    try (lock) {
      listener.close();
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && fileKey.equals(fileKey(path))) {
        Files.delete(path);
      }
    }
  }

  private static void checkLength(Path path) {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH_BYTES) {
      throw new HostFailureException(
          "Cannot listen on "
              + path
              + ": the path is "
              + length
              + " bytes long, and a socket's path has at most "
              + MAX_PATH_BYTES
              + ". Choose a shorter one.");
    }
  }

  private static void checkDirectory(Path path) throws IOException {
    Path directory = directory(path);
    if (!Files.isDirectory(directory)) {
      throw new HostFailureException(
          "Cannot listen on " + path + ": there is no directory " + directory + ". Create it.");
    }
    int mode = mode(directory.toRealPath());
    if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
      throw new HostFailureException(
          "Cannot listen on "
              + path
              + ": others may write to "
              + directory
              + " and could replace the socket. Take that from them: chmod go-w "
              + directory);
    }
  }

  private static Path directory(Path path) {
    return Objects.requireNonNullElse(path.toAbsolutePath().getParent(), Path.of("/"));
  }

  private static FileChannel lock(Path path) throws IOException {
    Path lockPath = directory(path).resolve(path.getFileName() + ".lock");
    FileChannel lock =
        FileChannel.open(
            lockPath,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      if (lock.tryLock() != null) {
        return lock;
      }
    } catch (OverlappingFileLockException heldInThisProcess) {
      lock.close();
      throw taken(path);
    }
    lock.close();
    throw taken(path);
  }

  private static void removeLeftover(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if ((mode(path) & TYPE_MASK) != TYPE_SOCKET) {
      throw new HostFailureException(
          "Cannot listen on " + path + ": something that is no socket is there. Move it away.");
    }
    if (isAnswered(path)) {
      throw taken(path);
    }
    Files.delete(path);
  }

  /** Whether somebody listens; not waiting for them to accept. */
  private static boolean isAnswered(Path path) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static SocketFile bind(Path path, FileChannel lock, Set<PosixFilePermission> permissions)
      throws IOException {
    AFUNIXServerSocketChannel listener = AFUNIXServerSocketChannel.open();
    try {
      ((AFServerSocket<?>) listener.socket()).setDeleteOnClose(false); // see close()
      listener.bind(AFUNIXSocketAddress.of(path), BACKLOG);
      Files.setPosixFilePermissions(path, permissions);
      return new SocketFile(path, lock, listener, fileKey(path), Files.getOwner(path).getName());
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  private static HostFailureException taken(Path path) {
    return new HostFailureException(
        "Cannot listen on "
            + path
            + ": another process serves it already. Stop that one, or choose another path.");
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private static Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private static String reason(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
