package dev.berth.engine.thread;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** How what callers wait for fails. */
public final class Answers {
  private Answers() {}

  /** What a stage has failed with, without what the stages after it have put around that. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Ends the caller's wait with the first cause. */
  public static <T> @Nullable T fail(CompletableFuture<?> answer, Throwable failure) {
    answer.completeExceptionally(cause(failure));
    return null;
  }
}
