package dev.berth.qmp;

import dev.berth.error.BusyException;
import java.io.FileDescriptor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one connection from the call to the answer.
 *
 * <pre>
 *  add ──► waiting, one queue for each lane ──next──► in flight ──answered──► ended
 *             │ withdraw                                  │
 *             └──────────────────► ended ◄────────────────┘ endAll
 * </pre>
 *
 * <p>Callers add from any thread, the selector thread does the rest; one lock, held for moments.
 *
 * <p>Why the limits: QEMU queues eight commands and then stops reading, the out-of-band lane
 * included. Leaving one place free keeps the liveness probe answered while QEMU's main loop is
 * blocked.
 *
 * <p>Why nothing in band follows a command with a descriptor before its answer: QEMU holds only the
 * descriptors of the latest message, and each byte that its monitor's thread reads looks through
 * them without a lock while the main thread takes them. With more bytes on their way QEMU 7.2 died
 * of it (a null pointer in {@code tcp_chr_recv}), once in some ten thousand descriptors. A probe
 * out of band still goes: it is only sent when the answer is long overdue.
 */
final class Outbox {
  /** Sent and unanswered, in each lane. */
  static final int MAX_IN_FLIGHT = 7;

  /** Given and unsent, in each lane: far beyond what a machine's driver and its operation need. */
  static final int MAX_WAITING = 1024;

  /** Bytes given and unsent, in both lanes. */
  static final int MAX_WAITING_BYTES = 32 * 1024 * 1024;

  private final Map<Long, Call> inFlight = new LinkedHashMap<>();
  private final Lane inBand = new Lane();
  private final Lane outOfBand = new Lane();
  private boolean descriptorInFlight;
  private long waitingBytes;
  private @Nullable QmpDisconnect ended;

  /** The state of one lane. */
  private static final class Lane {
    private final Deque<Call> waiting = new ArrayDeque<>();
    private int inFlight;
  }

  /**
   * Takes a command in; when the connection has already ended, ends it at once.
   *
   * @throws BusyException when too much is waiting
   */
  void add(Call call) {
    QmpDisconnect cause;
    synchronized (this) {
      cause = ended;
      if (cause == null) {
        enqueue(call);
      }
    }
    if (cause != null) {
      call.end(new Outcome.NeverSent(cause));
    }
  }

  private void enqueue(Call call) {
    Lane lane = lane(call);
    if (lane.waiting.size() >= MAX_WAITING
        || waitingBytes + call.frameBytes() > MAX_WAITING_BYTES) {
      throw new BusyException(
          "Cannot send '"
              + call.name()
              + "' to QEMU: "
              + lane.waiting.size()
              + " commands ("
              + waitingBytes
              + " bytes) are waiting already"
              + oldest()
                  .map(o -> ", since '" + o.name() + "' was given " + o.age() + " ago")
                  .orElse("")
              + ". Wait for QEMU to answer.");
    }
    lane.waiting.add(call);
    waitingBytes += call.frameBytes();
  }

  /** The command to write next, now counted as in flight; null when none may be written. */
  synchronized @Nullable Call next() {
    Call call = next(outOfBand);
    return call != null ? call : next(inBand);
  }

  private @Nullable Call next(Lane lane) {
    while (true) {
      Call call = lane.waiting.peek();
      if (call == null || lane.inFlight >= MAX_IN_FLIGHT) {
        return null;
      }
      if (descriptorInFlight && lane == inBand) {
        return null;
      }
      FileDescriptor descriptor = call.descriptor();
      lane.waiting.remove();
      waitingBytes -= call.frameBytes();
      if (descriptor != null && !descriptor.valid()) {
        call.end(new Outcome.DescriptorClosed());
        continue;
      }
      descriptorInFlight |= descriptor != null;
      lane.inFlight++;
      inFlight.put(call.id(), call);
      return call;
    }
  }

  /** The command with that id, which is in flight no longer; null when there is none. */
  synchronized @Nullable Call answered(long id) {
    Call call = inFlight.remove(id);
    if (call != null) {
      lane(call).inFlight--;
      if (call.descriptor() != null) {
        descriptorInFlight = false;
      }
    }
    return call;
  }

  /** Takes back a command that has not been written; false when it is too late for that. */
  synchronized boolean withdraw(Call call) {
    boolean removed = lane(call).waiting.remove(call);
    if (removed) {
      waitingBytes -= call.frameBytes();
    }
    return removed;
  }

  /** Ends every command, and all that will ever be added, with that cause. */
  void endAll(QmpDisconnect cause) {
    var calls = new ArrayList<Call>();
    synchronized (this) {
      ended = cause;
      calls.addAll(inFlight.values());
      for (Lane lane : List.of(outOfBand, inBand)) {
        calls.addAll(lane.waiting);
        lane.waiting.clear();
        lane.inFlight = 0;
      }
      inFlight.clear();
      waitingBytes = 0;
      descriptorInFlight = false;
    }
    for (Call call : calls) {
      call.end(call.isStarted() ? new Outcome.CutOff(cause) : new Outcome.NeverSent(cause));
    }
  }

  /** The in-band command that has gone without an answer for longest. */
  synchronized Optional<PendingCommand> oldest() {
    for (Call call : inFlight.values()) {
      if (call.lane() == Call.Lane.IN_BAND) {
        return Optional.of(pending(call));
      }
    }
    return Optional.ofNullable(inBand.waiting.peek()).map(Outbox::pending);
  }

  private static PendingCommand pending(Call call) {
    return new PendingCommand(call.name(), Duration.ofNanos(call.ageNanos()));
  }

  private Lane lane(Call call) {
    return switch (call.lane()) {
      case IN_BAND -> inBand;
      case OUT_OF_BAND -> outOfBand;
    };
  }
}
