package dev.berth.machine;

import dev.berth.domain.ResourceNames;
import dev.berth.error.HostFailureException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.newsclub.net.unix.FileDescriptorCast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's own copies of what a call gives. Thread-safe.
 *
 * <pre>
 *   held ── handOver ──► at work ── close ──► closed
 *     └── closeUnlessHandedOver ─────────────────┘
 * </pre>
 *
 * Whoever waits for a call and whoever does what it asks can both be the last to have them, for a
 * wait may end before that begins, or after. So who does it takes them over, or finds them gone.
 */
public final class HeldResources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldResources.class);

  private enum Stage {
    HELD,
    AT_WORK,
    CLOSED
  }

  private final Map<String, FileDescriptor> descriptors = new HashMap<>();
  private final Map<String, byte[]> secrets = new HashMap<>();
  private Stage stage = Stage.HELD;

  private HeldResources() {}

  /** Nothing. */
  public static HeldResources none() {
    return new HeldResources();
  }

  /**
   * Copies of these; the descriptors are duplicates.
   *
   * @throws HostFailureException when a descriptor cannot be duplicated; nothing is held then
   */
  public static HeldResources copyOf(
      Map<String, FileDescriptor> descriptors, Map<String, byte[]> secrets) {
    HeldResources held = new HeldResources();
    boolean complete = false;
    try {
      descriptors.forEach((name, one) -> held.descriptors.put(name, duplicate(name, one)));
      secrets.forEach((name, secret) -> held.secrets.put(name, secret.clone()));
      complete = true;
      return held;
    } finally {
      if (!complete) {
        held.close();
      }
    }
  }

  private static FileDescriptor duplicate(String name, FileDescriptor descriptor) {
    try {
      return FileDescriptorCast.duplicating(descriptor).getFileDescriptor();
    } catch (IOException e) {
      throw new HostFailureException(
          "File descriptor '"
              + name
              + "' cannot be duplicated: "
              + e.getMessage()
              + ". Keep it open until the call has returned, and see that the host may have more"
              + " open files.",
          e);
    }
  }

  /** What there is. */
  public synchronized ResourceNames names() {
    return new ResourceNames(descriptors.keySet(), secrets.keySet());
  }

  /** That descriptor, valid until these are closed; empty when there is none of the name. */
  public synchronized Optional<FileDescriptor> descriptor(String name) {
    return Optional.ofNullable(descriptors.get(name));
  }

  /** That secret; empty when there is none of the name. */
  public synchronized Optional<byte[]> secret(String name) {
    return Optional.ofNullable(secrets.get(name));
  }

  /** Puts a descriptor in the place of the one of that name, which is closed. */
  public synchronized void replace(String name, FileDescriptor descriptor) {
    FileDescriptor surplus = stage == Stage.CLOSED ? descriptor : descriptors.put(name, descriptor);
    if (surplus != null) {
      close(name, surplus);
    }
  }

  /** Takes over what the other has and this has not; the rest of the other is closed. */
  public synchronized void add(HeldResources other) {
    synchronized (other) {
      other.descriptors.entrySet().removeIf(each -> absorb(descriptors, each));
      other.secrets.entrySet().removeIf(each -> absorb(secrets, each));
      other.close();
    }
  }

  private static <T> boolean absorb(Map<String, T> into, Map.Entry<String, T> each) {
    return into.putIfAbsent(each.getKey(), each.getValue()) == null;
  }

  /** For whoever is going to work with them; false when they are gone already. */
  public synchronized boolean handOver() {
    boolean there = stage == Stage.HELD;
    if (there) {
      stage = Stage.AT_WORK;
    }
    return there;
  }

  /** For whoever waits: lets go of what nobody has begun to work with. */
  public synchronized void closeUnlessHandedOver() {
    if (stage == Stage.HELD) {
      close();
    }
  }

  /** Closes the descriptors and forgets the secrets. Idempotent. */
  @Override
  public synchronized void close() {
    stage = Stage.CLOSED;
    descriptors.forEach(HeldResources::close);
    descriptors.clear();
    secrets.clear();
  }

  private static void close(String name, FileDescriptor descriptor) {
    try {
      new FileOutputStream(descriptor).close();
    } catch (IOException e) {
      LOG.debug("The copy of file descriptor '{}' reports at its end: {}", name, e.toString());
    }
  }
}
