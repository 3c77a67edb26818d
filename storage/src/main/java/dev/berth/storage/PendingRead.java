package dev.berth.storage;

import dev.berth.error.BerthException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A read and whoever waits for it. */
record PendingRead<T>(Query<T> query, CompletableFuture<T> outcome) implements StoreTask {

  /** Reads something. */
  interface Query<T> {
    T read(Database database) throws SQLException;
  }

  PendingRead(Query<T> query) {
    this(query, new CompletableFuture<>());
  }

  /** Reads; completes the outcome only when it succeeds. */
  void run(Database database, Executor completions) throws SQLException {
    T result = query.read(database);
    completions.execute(() -> outcome.complete(result));
  }

  @Override
  public void fail(BerthException why) {
    outcome.completeExceptionally(why);
  }
}
