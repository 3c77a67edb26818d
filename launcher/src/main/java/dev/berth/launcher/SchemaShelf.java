package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.MalformedReplyException;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of QEMU binaries: what a probe was told stays on disk, and is made an index of once
 * in the life of this process, beside whatever else goes on. Thread-safe.
 *
 * <p>Threads: {@code berth-schema}, while a schema is read.
 */
final class SchemaShelf implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaShelf.class);
  private static final String KIND = "schema";
  private static final String FORMAT = "1";

  private final HostCache cache;
  private final Map<FileIdentity, CompletableFuture<Optional<QmpSchema>>> indices =
      new ConcurrentHashMap<>();
  private final ThreadPoolExecutor reader =
      new ThreadPoolExecutor(
          1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), SchemaShelf::thread);

  SchemaShelf(HostCache cache) {
    this.cache = cache;
    reader.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "berth-schema");
    thread.setDaemon(true);
    return thread;
  }

  /** Keeps what a binary said to {@code query-qmp-schema}. */
  static void keep(HostCache cache, FileIdentity binary, String version, JsonNode reply) {
    ObjectNode value = JsonNodeFactory.instance.objectNode().put("version", version);
    value.set("schema", reply);
    cache.store(KIND, binary.path(), key(binary), value);
  }

  /**
   * The index of that binary's schema. The first call has it read; it is never waited for here.
   *
   * @return never fails; empty when nothing that can be read is kept of that binary
   */
  CompletableFuture<Optional<QmpSchema>> of(FileIdentity binary) {
    indices.keySet().removeIf(other -> isReplaced(other, binary));
    return indices.computeIfAbsent(binary, absent -> submit(() -> read(absent)));
  }

  /**
   * The index of the schema of a process, if it still runs what is at that path.
   *
   * @return never fails
   */
  CompletableFuture<Optional<QmpSchema>> of(Path binary, long pid) {
    return submit(() -> running(binary, pid))
        .thenCompose(
            identity ->
                identity.map(this::of).orElse(CompletableFuture.completedFuture(Optional.empty())));
  }

  private static Optional<FileIdentity> running(Path binary, long pid) {
    try {
      return Files.isSameFile(Path.of("/proc", Long.toString(pid), "exe"), binary)
          ? Optional.of(FileIdentity.of(binary))
          : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Makes an index of what a machine says, which stays with whoever asked. */
  CompletableFuture<Optional<QmpSchema>> index(String version, JsonNode reply) {
    return submit(() -> index(version, reply, "a machine"));
  }

  private <T> CompletableFuture<Optional<T>> submit(Supplier<Optional<T>> work) {
    try {
      return CompletableFuture.supplyAsync(work, reader);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  private Optional<QmpSchema> read(FileIdentity binary) {
    return cache
        .find(KIND, binary.path(), key(binary))
        .flatMap(
            kept ->
                index(
                    kept.path("version").asText(), kept.path("schema"), binary.path().toString()));
  }

  private static Optional<QmpSchema> index(String version, JsonNode reply, String whose) {
    try {
      return Optional.of(QmpSchema.read(version, reply));
    } catch (MalformedReplyException damaged) {
      LOG.warn("The QMP schema of {} cannot be used: {}", whose, damaged.getMessage());
      return Optional.empty();
    }
  }

  private static boolean isReplaced(FileIdentity known, FileIdentity now) {
    return known.path().equals(now.path()) && !known.equals(now);
  }

  private static String key(FileIdentity binary) {
    return FORMAT + " " + binary.text();
  }

  /** Ends the thread, and lets go of what it has not read. */
  @Override
  public void close() {
    reader.shutdownNow();
    boolean interrupted = false;
    while (!reader.isTerminated()) {
      try {
        reader.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
