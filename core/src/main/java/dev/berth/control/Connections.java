package dev.berth.control;

import dev.berth.error.HostUnreachableException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The connection that calls share, made anew when it was lost, and the connections that others have
 * for themselves.
 */
final class Connections {
  private final ControlAddress address;
  private final AtomicReference<RemoteCalls> current;
  private volatile boolean closed;

  /** Weak: what its user has closed and dropped is dropped here too. */
  private final Set<OwnConnection> own =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private Connections(ControlAddress address, RemoteCalls first) {
    this.address = address;
    this.current = new AtomicReference<>(first);
  }

  /** Connects for the first time. */
  static Connections to(ControlAddress address) {
    return new Connections(address, RemoteCalls.connect(address, Link.Listener.NONE));
  }

  /**
   * Where the host is, for connections of one's own.
   *
   * @throws HostUnreachableException when this host was closed
   */
  ControlAddress address() {
    checkOpen();
    return address;
  }

  /** A connection that was open just now. Of two threads that connect anew, one wins. */
  RemoteCalls calls() {
    RemoteCalls seen = current.get();
    checkOpen();
    if (seen.link().isOpen()) {
      return seen;
    }
    seen.link().close();
    RemoteCalls fresh = RemoteCalls.connect(address, Link.Listener.NONE);
    if (!current.compareAndSet(seen, fresh)) {
      fresh.link().close();
      return current.get();
    }
    if (closed) {
      fresh.link().close();
    }
    return fresh;
  }

  /**
   * Opens what has a connection of its own. It ends with these at the latest.
   *
   * @throws HostUnreachableException when this host was closed
   */
  <T extends OwnConnection> T open(Function<ControlAddress, T> opening) {
    T opened = opening.apply(address());
    own.add(opened);
    if (closed) {
      opened.close();
      checkOpen();
    }
    return opened;
  }

  private void checkOpen() {
    if (closed) {
      throw new HostUnreachableException(
          "This connection to " + address.text() + " was closed by its owner. Connect again.");
    }
  }

  void close() {
    closed = true;
    current.get().link().close();
    List.copyOf(own).forEach(OwnConnection::close);
  }
}
