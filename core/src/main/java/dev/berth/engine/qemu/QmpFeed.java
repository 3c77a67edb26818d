package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.QmpEvents;
import dev.berth.json.Json;
import dev.berth.qmp.QmpEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The last events that a domain's QEMUs have sent, numbered, in memory: whoever looks often enough
 * sees them all, and is told of those it missed. A guest that floods its host with events pushes
 * older ones out, and costs no more memory. Thread-safe.
 */
public final class QmpFeed {
  /** What a busy machine sends within seconds; kept for readers who ask anew each time. */
  static final int MAX_EVENTS = 256;

  /** A thousand machines' feeds fit into 64 MiB. */
  static final int MAX_CHARS = 32 * 1024;

  private final Deque<String> events = new ArrayDeque<>(); // guarded by this
  private final List<Waiter> waiters = new ArrayList<>(); // guarded by this
  private int chars; // guarded by this
  private long last; // guarded by this

  /** Somebody who waits for what comes after that number. */
  private record Waiter(long after, CompletableFuture<QmpEvents> answer) {}

  /** Takes an event in. */
  void event(QmpEvent event) {
    String text = text(event);
    synchronized (this) {
      events.add(text);
      chars += text.length();
      last++;
      while (events.size() > MAX_EVENTS || (chars > MAX_CHARS && events.size() > 1)) {
        chars -= events.remove().length();
      }
    }
    tell();
  }

  /** So many events came that nobody here saw. */
  void missed(long count) {
    synchronized (this) {
      events.clear(); // numbers would not fit any more
      chars = 0;
      last += count;
    }
    tell();
  }

  /**
   * What comes after that number, as soon as there is some. A negative number asks for the present
   * one, and is answered at once; one beyond it is of an earlier host, and means all there is.
   */
  public CompletableFuture<QmpEvents> after(long number) {
    CompletableFuture<QmpEvents> answer = new CompletableFuture<>();
    synchronized (this) {
      waiters.removeIf(waiter -> waiter.answer().isDone());
      long from = ofThisHost(number);
      if (number >= 0 && from == last) {
        waiters.add(new Waiter(from, answer));
        return answer;
      }
      answer.complete(since(number < 0 ? last : from));
    }
    return answer;
  }

  /** Nothing, for somebody who asks on after the same number. */
  public synchronized QmpEvents none(long number) {
    return new QmpEvents(ofThisHost(number), 0, List.of());
  }

  private long ofThisHost(long number) {
    return number > last ? 0 : number;
  }

  private QmpEvents since(long number) {
    long missed = Math.max(0, last - events.size() - number);
    List<String> kept = List.copyOf(events);
    int fresh = (int) Math.min(kept.size(), last - number);
    return new QmpEvents(last, missed, kept.subList(kept.size() - fresh, kept.size()));
  }

  private void tell() {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      for (Waiter waiter : waiters) {
        QmpEvents fresh = since(waiter.after());
        answers.add(() -> waiter.answer().complete(fresh));
      }
      waiters.clear();
    }
    answers.forEach(Runnable::run);
  }

  private static String text(QmpEvent event) {
    ObjectNode line = Json.object().put("event", event.name());
    line.set("data", event.data());
    line.putObject("timestamp")
        .put("seconds", event.timestamp().getEpochSecond())
        .put("microseconds", event.timestamp().getNano() / 1000);
    return Json.text(line);
  }
}
