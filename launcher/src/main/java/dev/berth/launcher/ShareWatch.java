package dev.berth.launcher;

import dev.berth.machine.AssemblyStep.ServeShare;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notices when what serves a share ends: a virtiofsd is one process, or two once it has shut itself
 * in, with the command line that is on record. Thread-safe.
 */
final class ShareWatch implements AutoCloseable {
  private final ProcessTable table;
  private final ProcessWatch watch;
  private final Executor callbacks;
  private final Set<Pidfd> watched = new HashSet<>();
  private boolean closed;

  ShareWatch(ProcessTable table, ProcessWatch watch, Executor callbacks) {
    this.table = table;
    this.watch = watch;
    this.callbacks = callbacks;
  }

  /** Watches what serves a share. */
  void follow(ServeShare serve, Runnable ended) {
    callbacks.execute(() -> look(serve, ended));
  }

  private void look(ServeShare serve, Runnable ended) {
    AtomicBoolean told = new AtomicBoolean();
    Runnable tell =
        () -> {
          if (!told.getAndSet(true)) {
            callbacks.execute(ended);
          }
        };
    List<Pidfd> servers = find(serve);
    servers.forEach(server -> add(server, tell));
    if (servers.isEmpty()) {
      tell.run();
    }
  }

  private List<Pidfd> find(ServeShare serve) {
    List<Pidfd> servers = new ArrayList<>();
    for (long pid : table.pids()) {
      if (serves(pid, serve)) {
        Pidfd.open(pid).ifPresent(server -> keepIf(serves(pid, serve), server, servers));
      }
    }
    return servers;
  }

  /** The process was looked at again now that its pid cannot change hands. */
  private static void keepIf(boolean isServer, Pidfd process, List<Pidfd> servers) {
    if (isServer) {
      servers.add(process);
    } else {
      process.close();
    }
  }

  private boolean serves(long pid, ServeShare serve) {
    return table.commandLine(pid).equals(Optional.of(serve.command()));
  }

  private synchronized void add(Pidfd server, Runnable tell) {
    if (closed) {
      server.close();
      return;
    }
    watched.add(server);
    watch.onEnd(server, () -> ended(server, tell));
  }

  private void ended(Pidfd server, Runnable tell) {
    synchronized (this) {
      watched.remove(server);
    }
    server.close();
    tell.run();
  }

  /** Watches nothing more from here on; what is watched is let go when the watch is closed. */
  synchronized void stop() {
    closed = true;
  }

  /** Lets go of what was watched. */
  @Override
  public synchronized void close() {
    watched.forEach(Pidfd::close);
    watched.clear();
  }
}
