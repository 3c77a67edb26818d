package dev.berth.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.json.Json;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A store that stops a job in a phase: that is on record, and the engine does not hear of it, so
 * that nothing follows, until it is let go. Thread-safe.
 */
final class HoldingStore implements Store {
  /** A phase of a kind of job, in the words of its document. */
  record Point(String kind, String phase) {
    @Override
    public String toString() {
      return kind + " " + phase;
    }

    static Point parse(String text) {
      String[] words = text.split(" ");
      return new Point(words[0], words[1]);
    }
  }

  /** Hears that a job is held. */
  interface Listener {
    void held(Point point);
  }

  private final Store store;
  private final Listener listener;

  // guarded by this
  private Optional<Point> wanted = Optional.empty();
  private CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  HoldingStore(Store store, Listener listener) {
    this.store = store;
    this.listener = listener;
  }

  /** Stops the first job that gets there from now on. */
  synchronized void hold(Point point) {
    wanted = Optional.of(point);
    gate = new CompletableFuture<>();
  }

  /** Lets go what is held, and holds nothing any more. */
  void release() {
    CompletableFuture<Void> opened;
    synchronized (this) {
      wanted = Optional.empty();
      opened = gate;
    }
    opened.complete(null);
  }

  @Override
  public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    CompletableFuture<List<DomainEvent>> stored = store.commit(commit);
    return take(commit).map(held -> until(held, stored)).orElse(stored);
  }

  private synchronized CompletableFuture<Void> gate() {
    return gate;
  }

  private CompletableFuture<List<DomainEvent>> until(
      Point point, CompletableFuture<List<DomainEvent>> stored) {
    CompletableFuture<Void> opens = gate();
    return stored.thenCompose(
        events -> {
          listener.held(point);
          return opens.thenApplyAsync(opened -> events);
        });
  }

  /** The point that this commit gets to, if it is the one; it is not waited for any more then. */
  private synchronized Optional<Point> take(Commit commit) {
    Optional<Point> reached =
        wanted.filter(
            point ->
                commit.changes().stream()
                    .anyMatch(change -> point.equals(pointOf(change).orElse(null))));
    if (reached.isPresent()) {
      wanted = Optional.empty();
    }
    return reached;
  }

  private static Optional<Point> pointOf(Change change) {
    if (!(change instanceof Change.PutJob put)) {
      return Optional.empty();
    }
    try {
      JsonNode job = Json.read(put.job().document());
      return Optional.of(new Point(job.path("kind").asText(), job.path("phase").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public StoreContents contents() {
    return store.contents();
  }

  @Override
  public List<DomainEvent> eventsAfter(long sequence, int limit) {
    return store.eventsAfter(sequence, limit);
  }

  @Override
  public EventRange eventRange() {
    return store.eventRange();
  }

  @Override
  public void close() {
    store.close();
  }
}
