package dev.berth.qmp;

import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSelectorProvider;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the one thread that serves all QMP sockets of a host: it waits for them, reads, decodes,
 * routes and writes. It never runs application code and never blocks but in its selector. All other
 * threads hand it tasks; only it touches sockets (see {@link Transport} for why).
 *
 * <p>Threads: one, named by the caller, from {@link #start} to {@link #close}. Any thread may call.
 */
public final class QmpLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QmpLoop.class);

  /** Several socket buffers' worth of small messages, or a good part of a big one. */
  private static final int READ_BUFFER_BYTES = 64 * 1024;

  /** For ever, and still far from where sums with {@link System#nanoTime()} wrap around. */
  private static final long LONGEST_DELAY_NANOS = Long.MAX_VALUE / 4;

  /** What must hear of the loop's end. */
  interface Member {
    void loopEnds(QmpDisconnect cause);
  }

  /** Something to do later. */
  record Timer(long atNanos, Runnable task) {}

  private final Selector selector;
  private final Executor callbacks;
  private final Thread thread;

  private final Object gate = new Object();
  private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by gate
  private boolean woken; // guarded by gate
  private boolean closing; // guarded by gate
  private boolean ended; // guarded by gate

  // Of the selector thread.
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(timer -> timer.atNanos - startNanos()));
  private final Set<Member> members = new HashSet<>();
  private final long startNanos = System.nanoTime();

  private QmpLoop(Selector selector, String threadName, Executor callbacks) {
    this.selector = selector;
    this.callbacks = callbacks;
    this.thread = new Thread(this::serve, threadName);
    this.thread.setDaemon(true); // an embedding application decides itself when its JVM ends
  }

  /**
   * Starts a loop.
   *
   * @param threadName the name of its thread, e.g. {@code berth-qmp}
   * @param callbacks runs listeners and completes futures; must outlive the loop, and must not run
   *     tasks on the thread that hands them over
   * @throws HostFailureException when the native part of the socket library cannot be used
   */
  public static QmpLoop start(String threadName, Executor callbacks) {
    Selector selector;
    try {
      selector = AFUNIXSelectorProvider.provider().openSelector();
    } catch (IOException | LinkageError e) {
      throw new HostFailureException(
          "Cannot use UNIX sockets: the native library of junixsocket does not load: "
              + e.getMessage()
              + ". Check that java.io.tmpdir is writable and not mounted noexec.",
          e);
    }
    var loop = new QmpLoop(selector, threadName, callbacks);
    loop.thread.start();
    return loop;
  }

  /**
   * Connects to a QMP monitor and negotiates, out-of-band commands included where QEMU offers them.
   * The future completes when the connection is usable; cancelling it gives up. A socket that does
   * not exist yet or refuses is tried again until the deadline passes.
   *
   * <p>The future fails with {@link dev.berth.error.DeadlineExceededException} (which names the
   * obstacle), {@link dev.berth.error.MachineLostException} (hung up during the handshake), {@link
   * dev.berth.error.HostFailureException} (not a QMP monitor, or no permission) or {@link
   * dev.berth.error.InvalidRequestException} (the path is too long for a socket).
   *
   * @param listener gets every event from the first byte on, even before the future completes
   */
  public CompletableFuture<QmpConnection> connect(
      Path socket, Duration deadline, QmpEventListener listener) {
    return connect(socket, deadline, new CompletableFuture<>(), listener);
  }

  /**
   * As {@link #connect(Path, Duration, QmpEventListener)}, and gives up with {@link
   * dev.berth.error.MachineLostException} as soon as {@code giveUp} completes in any way: pass the
   * future of the process that should make the socket.
   */
  public CompletableFuture<QmpConnection> connect(
      Path socket, Duration deadline, CompletableFuture<?> giveUp, QmpEventListener listener) {
    return connect(socket, deadline, giveUp, listener, CommandGate.OPEN);
  }

  /**
   * As {@link #connect(Path, Duration, CompletableFuture, QmpEventListener)}.
   *
   * @param gate asked about every command before it is sent over the connection
   */
  public CompletableFuture<QmpConnection> connect(
      Path socket,
      Duration deadline,
      CompletableFuture<?> giveUp,
      QmpEventListener listener,
      CommandGate gate) {
    return connecting(socket, deadline, giveUp, listener, gate).usable();
  }

  /** As {@link #connect(Path, Duration, CompletableFuture, QmpEventListener)}, step by step. */
  public QmpConnecting connecting(
      Path socket,
      Duration deadline,
      CompletableFuture<?> giveUp,
      QmpEventListener listener,
      CommandGate gate) {
    var connector = new Connector(this, socket, Deadline.of(deadline), listener, gate);
    if (!run(connector::begin)) {
      connector.loopEnds(closedCause());
    }
    // Any of the two: what waits for a process must not grow with every attempt to connect to it.
    CompletableFuture.anyOf(giveUp, connector.future())
        .whenComplete((value, failure) -> run(connector::giveUp));
    return new QmpConnecting(connector.accepted(), connector.future());
  }

  /**
   * Closes all connections and ends the thread; QEMUs run on. What is pending fails. Closing twice
   * does nothing.
   */
  @Override
  public void close() {
    synchronized (gate) {
      closing = true;
    }
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the thread never blocks for long: see it off, then pass this on
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // For this package, any thread.

  Executor callbacks() {
    return callbacks;
  }

  /** Has the selector thread run a task; false when the loop has ended. */
  boolean run(Runnable task) {
    boolean wake;
    synchronized (gate) {
      if (ended) {
        return false;
      }
      tasks.add(task);
      wake = !woken && Thread.currentThread() != thread;
      woken |= wake;
    }
    if (wake) {
      selector.wakeup();
    }
    return true;
  }

  // For this package, the selector thread only.

  Transport attach(AFUNIXSocketChannel channel, Transport.Owner owner) throws IOException {
    return new Transport(channel, selector, readBuffer, owner);
  }

  void join(Member member) {
    members.add(member);
  }

  void leave(Member member) {
    members.remove(member);
  }

  Timer after(Duration delay, Runnable task) {
    long nanos = Math.min(delay.toNanos(), LONGEST_DELAY_NANOS);
    var timer = new Timer(System.nanoTime() + nanos, task);
    timers.add(timer);
    return timer;
  }

  void cancel(@Nullable Timer timer) {
    timers.remove(timer);
  }

  private void serve() {
    QmpDisconnect cause = closedCause();
    try {
      while (!isClosing()) {
        turn();
      }
    } catch (IOException e) {
      LOG.error("The QMP selector failed; all connections end", e);
      cause = new QmpDisconnect(QmpDisconnect.Reason.IO_FAILURE, "the selector failed: " + e, e);
    } catch (RuntimeException | Error e) { // the top of the thread
      LOG.error("The QMP selector thread failed; all connections end", e);
      cause = new QmpDisconnect(QmpDisconnect.Reason.IO_FAILURE, "a defect of Berth: " + e, e);
    } finally {
      end(cause);
    }
  }

  private void turn() throws IOException {
    long waitMillis = waitMillis();
    if (waitMillis < 0) {
      selector.select();
    } else if (waitMillis == 0) {
      selector.selectNow();
    } else {
      selector.select(waitMillis);
    }
    for (SelectionKey key : new ArrayList<>(selector.selectedKeys())) {
      if (key.attachment() instanceof Transport transport) {
        transport.ready();
      }
    }
    for (Runnable task = nextTask(); task != null; task = nextTask()) {
      task.run();
    }
    runTimers();
  }

  /** How long to wait for sockets: 0 not at all, negative without end. */
  private long waitMillis() {
    synchronized (gate) {
      if (!tasks.isEmpty() || closing) {
        return 0;
      }
    }
    Timer first = timers.peek();
    if (first == null) {
      return -1;
    }
    long nanos = first.atNanos - System.nanoTime();
    return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
  }

  private @Nullable Runnable nextTask() {
    synchronized (gate) {
      Runnable task = tasks.poll();
      if (task == null) {
        woken = false;
      }
      return task;
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    for (Timer due = timers.peek(); due != null && due.atNanos - now <= 0; due = timers.peek()) {
      timers.remove();
      due.task.run();
    }
  }

  private boolean isClosing() {
    synchronized (gate) {
      return closing;
    }
  }

  private void end(QmpDisconnect cause) {
    synchronized (gate) {
      ended = true;
    }
    for (Runnable task = nextTask(); task != null; task = nextTask()) {
      task.run();
    }
    for (Member member : new ArrayList<>(members)) {
      member.loopEnds(cause);
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.warn("The QMP selector does not close", e);
    }
  }

  private static QmpDisconnect closedCause() {
    return QmpDisconnect.of(QmpDisconnect.Reason.CLOSED, "the QMP loop was closed");
  }

  private long startNanos() {
    return startNanos;
  }
}
