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
 *
 * <p>A command line that cannot be read, because its process hangs in the kernel, may be a
 * server's: as long as no other is found, nobody is told that the server has ended, and all are
 * looked at again later.
 */
final class ShareWatch implements AutoCloseable {
  private final ProcessTable table;
  private final ProcessWatch watch;
  private final Executor callbacks;
  private final Executor later;
  private final Set<Pidfd> watched = new HashSet<>();
  private boolean closed;

  /**
   * A watch of nothing.
   *
   * @param callbacks looks for servers, and tells
   * @param later the same, after a pause
   */
  ShareWatch(ProcessTable table, ProcessWatch watch, Executor callbacks, Executor later) {
    this.table = table;
    this.watch = watch;
    this.callbacks = callbacks;
    this.later = later;
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
    if (isClosed()) {
      return;
    }
    Search search = new Search(serve);
    table.pids().forEach(search::lookAt);
    search.servers.forEach(server -> add(server, tell));
    if (search.servers.isEmpty()) {
      if (search.hasSeenAll) {
        tell.run();
      } else {
        later.execute(() -> look(serve, ended));
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** One look at all processes, for those that serve a share. */
  private final class Search {
    private final ServeShare serve;
    private final List<Pidfd> servers = new ArrayList<>();
    private boolean hasSeenAll = true;

    Search(ServeShare serve) {
      this.serve = serve;
    }

    void lookAt(long pid) {
      if (serves(pid)) {
        Pidfd.open(pid).ifPresent(process -> keepIfServes(pid, process));
      }
    }

    /** The process is looked at again now that its pid cannot change hands. */
    private void keepIfServes(long pid, Pidfd process) {
      if (serves(pid)) {
        servers.add(process);
      } else {
        process.close();
      }
    }

    private boolean serves(long pid) {
      Optional<List<String>> commandLine = table.commandLine(pid);
      hasSeenAll &= commandLine.isPresent();
      return commandLine.equals(Optional.of(serve.command()));
    }
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
