package dev.berth.storage;

import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures durable commits a second against a bare loop that appends as many bytes and calls {@code
 * fdatasync}, in interleaved rounds, and the size of the file. Arguments: a directory on the disk
 * in question, rounds, commits in a round.
 */
final class StoreMeasurement {
  private static final int DOCUMENT_BYTES = 4096;

  private StoreMeasurement() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "store-measurement");
    int rounds = Integer.parseInt(arguments[1]);
    int commits = Integer.parseInt(arguments[2]);
    double[] bare = new double[rounds];
    double[] one = new double[rounds];
    double[] sixteen = new double[rounds];
    long largest = 0;
    try (H2Store store = H2Store.open(StoreSettings.at(directory.resolve("store")))) {
      StoreHome home = StoreHome.of(directory.resolve("store"));
      commitsPerSecond(store, 1, commits);
      for (int i = 0; i < rounds; i++) {
        bare[i] = appendsPerSecond(directory.resolve("bare"), commits);
        one[i] = commitsPerSecond(store, 1, commits);
        largest = Math.max(largest, home.databaseBytes());
        sixteen[i] = commitsPerSecond(store, 16, commits);
        largest = Math.max(largest, home.databaseBytes());
      }
      System.out.println(store.figures());
    }
    System.out.printf(
        "bare %.0f/s, 1 committer %.0f/s (%.2f), 16 committers %.0f/s (%.2f); medians of %d rounds%n",
        median(bare),
        median(one),
        median(bare) / median(one),
        median(sixteen),
        median(bare) / median(sixteen),
        rounds);
    System.out.printf(
        "database file: %,d bytes at most, %,d after closing%n",
        largest, StoreHome.of(directory.resolve("store")).databaseBytes());
    delete(directory);
  }

  private static double commitsPerSecond(H2Store store, int threads, int commits)
      throws InterruptedException {
    List<Thread> committers = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      DomainRecord domain = StoreRecords.domain("measured-" + threads + "-" + System.nanoTime());
      Thread committer =
          new Thread(
              () -> {
                for (int i = 0; i < commits / threads; i++) {
                  store.commit(commit(domain, i)).join();
                }
                store.commit(StoreRecords.changes(new Change.RemoveDomain(domain.uuid()))).join();
              });
      committer.start();
      committers.add(committer);
    }
    for (Thread committer : committers) {
      committer.join();
    }
    return commits / seconds(start);
  }

  private static Commit commit(DomainRecord domain, int generation) {
    String padding = "x".repeat(DOCUMENT_BYTES);
    DomainRecord changed =
        new DomainRecord(
            domain.uuid(),
            domain.name(),
            generation,
            1,
            "{\"padding\":\"" + padding + "\"}",
            domain.status());
    return StoreRecords.put(changed);
  }

  private static double appendsPerSecond(Path file, int appends) throws IOException {
    byte[] content = new byte[DOCUMENT_BYTES];
    Arrays.fill(content, (byte) 'x');
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.position(channel.size());
      for (int i = 0; i < appends; i++) {
        channel.write(ByteBuffer.wrap(content));
        channel.force(false);
      }
    }
    return appends / seconds(start);
  }

  private static double seconds(long startNanos) {
    return (double) (System.nanoTime() - startNanos) / TimeUnit.SECONDS.toNanos(1);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
