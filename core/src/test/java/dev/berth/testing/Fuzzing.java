package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.testing.Recording.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Runs a fuzz target on bad input made out of good: recorded messages with random changes, the same
 * for the same number. {@code .ci/fuzz.sh} runs the same targets under Jazzer, which finds its
 * changes by what code they reach, and takes its seeds from {@link #main}.
 */
public final class Fuzzing {
  /** Longer messages are mostly more of the same, and take the time of a thousand short ones. */
  private static final int LONGEST_SEED = 16 * 1024;

  private Fuzzing() {}

  /** What must take any input, and throw nothing for it. */
  @FunctionalInterface
  public interface Target {
    void take(byte[] input) throws IOException;
  }

  /** Every message that was recorded, of each version of QEMU, that is not too long. */
  public static List<byte[]> messages() {
    List<byte[]> seeds = new ArrayList<>();
    for (String version : Recording.VERSIONS) {
      Recording recording = Recording.of(version);
      recording.opening().forEach(message -> add(seeds, message));
      recording.events().forEach(message -> add(seeds, message));
      for (Exchange exchange : recording.exchanges()) {
        exchange.reply().ifPresent(message -> add(seeds, message));
      }
    }
    seeds.addAll(commands());
    return seeds;
  }

  /** Every command that was recorded, with its arguments. */
  public static List<byte[]> commands() {
    List<byte[]> seeds = new ArrayList<>();
    for (String version : Recording.VERSIONS) {
      for (Exchange exchange : Recording.of(version).exchanges()) {
        add(
            seeds,
            Json.object()
                .put("execute", exchange.command())
                .set("arguments", exchange.arguments()));
      }
    }
    return seeds;
  }

  private static void add(List<byte[]> seeds, JsonNode message) {
    byte[] bytes = Json.bytes(message);
    if (bytes.length <= LONGEST_SEED) {
      seeds.add(bytes);
    }
  }

  /** Gives the target so many inputs. An input that does harm is in the failure. */
  public static void run(List<byte[]> seeds, Target target, long inputs, long number) {
    var mutator = new Mutator(seeds, number);
    for (long i = 0; i < inputs; i++) {
      byte[] input = mutator.next();
      try {
        target.take(input);
      } catch (RuntimeException | Error | IOException e) {
        throw new AssertionError(
            "input " + i + " of number " + number + ": " + HexFormat.of().formatHex(input), e);
      }
    }
  }

  /** How many inputs a long run has: {@code -Dfuzz.inputs}. */
  public static long inputs() {
    return Long.getLong("fuzz.inputs", 1_000_000);
  }

  /** Which ones: {@code -Dfuzz.number}, or others each time. */
  public static long number() {
    return Long.getLong("fuzz.number", System.nanoTime());
  }

  /** Writes the seeds into two directories, each into a file of its own. */
  public static void main(String[] directories) throws IOException {
    write(messages(), Path.of(directories[0]));
    write(commands(), Path.of(directories[1]));
  }

  private static void write(List<byte[]> seeds, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(directory.resolve("seed-" + i), seeds.get(i));
    }
  }
}
