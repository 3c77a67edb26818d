package dev.berth.engine.backup;

import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.engine.thread.EngineThreads;
import dev.berth.error.BerthException;
import dev.berth.image.ImageTaskException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads the images of a chain once more while somebody else reads them, and compares what is in
 * them with what was written. Closing it ends that, and waits for its end.
 *
 * <p>Threads: {@code berth-backup-proof}, one, from {@link #begin} to the end.
 */
public final class ChainProof implements AutoCloseable {
  private final BackupChain chain;
  private final FutureTask<Optional<String>> reading;
  private final Thread thread;

  private ChainProof(BackupFiles files, BackupChain chain) {
    this.chain = chain;
    this.reading = new FutureTask<>(() -> compare(files, chain));
    this.thread = EngineThreads.daemon(reading, "berth-backup-proof");
  }

  /** Begins to read. */
  public static ChainProof begin(BackupFiles files, BackupChain chain) {
    ChainProof proof = new ChainProof(files, chain);
    proof.thread.start();
    return proof;
  }

  /** What is wrong with it; empty when nothing is. */
  private static Optional<String> compare(BackupFiles files, BackupChain chain) {
    for (BackedUpDisk layer : chain.layers()) {
      Content was = layer.content();
      try {
        if (!files.content(layer.file(), was.size().bytes()).equals(was)) {
          return Optional.of("what is in '" + layer.file() + "' is not what was written");
        }
      } catch (BerthException unreadable) {
        return Optional.of(String.valueOf(unreadable.getMessage()));
      }
    }
    return Optional.empty();
  }

  /**
   * Returns when all was read and is as it was.
   *
   * @throws ImageTaskException when it is not
   */
  public void await() throws InterruptedException, ImageTaskException {
    try {
      Optional<String> wrong = reading.get();
      if (wrong.isPresent()) {
        throw chain.damaged(wrong.get());
      }
    } catch (ExecutionException mistake) {
      throw new IllegalStateException("while a backup was read", mistake.getCause());
    }
  }

  @Override
  public void close() {
    EngineThreads.end(thread); // an interrupt closes the file that it reads
  }
}
