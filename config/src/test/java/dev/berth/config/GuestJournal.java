package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.TestGuest;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one guest has written to its console since it booted, wherever it went: its heartbeats, and
 * which blocks of its disk are flushed. A guest that ran in two places would have counted twice.
 * Not thread-safe; whoever made it closes it.
 */
final class GuestJournal implements AutoCloseable {
  /** What the guest does: it counts, and writes the blocks of its first disk round and round. */
  static final String[] COMMANDS = {"heartbeat", "writer /dev/vda 16"};

  private static final int BLOCKS = 16;
  private static final int BLOCK = 64 << 10;
  private static final Pattern WROTE = Pattern.compile("WROTE (\\d+)");

  private final StringBuilder told = new StringBuilder();
  private FileInputStream log;

  private GuestJournal(FileInputStream log) {
    this.log = log;
  }

  /** The size of the disk. */
  static long diskBytes() {
    return (long) BLOCKS * BLOCK;
  }

  /**
   * Begins with the log of a machine that has just been started.
   *
   * @param earlier how much of it other guests have written
   */
  static GuestJournal of(Path log, long earlier) throws IOException {
    FileInputStream stream = new FileInputStream(log.toFile());
    stream.skipNBytes(earlier);
    return new GuestJournal(stream);
  }

  /** The guest has gone on with that log, after all that is in this one, which may be removed. */
  void goOnWith(FileInputStream next) throws IOException {
    readOn();
    log.close();
    log = next;
  }

  private void readOn() throws IOException {
    told.append(new String(log.readAllBytes(), StandardCharsets.UTF_8));
  }

  /** All lines that are whole. */
  private String text() throws IOException {
    readOn();
    return told.substring(0, told.lastIndexOf("\n") + 1);
  }

  /** Its heartbeats so far, each of which follows the one before. */
  int beats() throws IOException {
    return Heartbeats.unbroken(text());
  }

  /** Waits until it has counted on by so many. */
  void awaitMore(int beats) throws IOException {
    int wanted = beats() + beats;
    try {
      QemuOf.awaitThat("the guest counts on to " + wanted, () -> hasCounted(wanted));
    } catch (AssertionError never) {
      String text = text();
      throw new AssertionError(
          never.getMessage()
              + "; it says last: "
              + text.substring(Math.max(0, text.length() - 500)),
          never);
    }
  }

  private boolean hasCounted(int wanted) {
    try {
      return beats() >= wanted;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The guest stands, and all that it was told to be flushed is in its image. */
  void assertWrites(Path image) throws IOException {
    List<Integer> writes =
        text()
            .lines()
            .map(WROTE::matcher)
            .filter(Matcher::matches)
            .map(line -> Integer.parseInt(line.group(1)))
            .toList();
    assertThat(writes).as("what it wrote").isNotEmpty();
    for (int i = 1; i < writes.size(); i++) {
      assertThat(writes.get(i))
          .as("the write after " + writes.get(i - 1))
          .isEqualTo(writes.get(i - 1) + 1);
    }
    int last = writes.get(writes.size() - 1);
    byte[] disk = Files.readAllBytes(image);
    for (int write = Math.max(0, last - BLOCKS + 2); write <= last; write++) {
      int block = write % BLOCKS;
      byte[] found = Arrays.copyOfRange(disk, block * BLOCK, (block + 1) * BLOCK);
      assertThat(Arrays.equals(found, content(block, write / BLOCKS)))
          .as(
              "write %s, which was acknowledged, is in block %s: %s",
              write, block, beginning(found))
          .isTrue();
    }
  }

  private static byte[] content(int block, int round) {
    byte[] line = ("block " + block + " round " + round + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] content = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      content[i] = line[i % line.length];
    }
    return content;
  }

  private static String beginning(byte[] block) {
    return new String(block, 0, 40, StandardCharsets.ISO_8859_1);
  }

  /** Whether a guest has counted in what that log has. */
  static boolean ranIn(FileInputStream log) throws IOException {
    return new String(log.readAllBytes(), StandardCharsets.UTF_8).contains(TestGuest.HEARTBEAT);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
