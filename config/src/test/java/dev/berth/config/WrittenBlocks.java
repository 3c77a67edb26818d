package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a guest's {@code writer} has said to be on its disk, and what is. */
final class WrittenBlocks {
  private static final int BLOCK = 64 << 10;
  private static final Pattern WROTE = Pattern.compile("WROTE (\\d+)");

  private WrittenBlocks() {}

  /** How many blocks it has said to be flushed so far. */
  static int count(String console) {
    return writes(console).size();
  }

  /**
   * Each block that it has said to be flushed is there, but the one that it was at.
   *
   * @param image raw, of a guest that stands
   * @param blocks over how many it writes
   */
  static void assertIn(Path image, String console, int blocks) throws IOException {
    List<Integer> writes = writes(console);
    for (int i = 1; i < writes.size(); i++) {
      assertThat(writes.get(i)).as("after " + writes.get(i - 1)).isEqualTo(writes.get(i - 1) + 1);
    }
    int last = writes.get(writes.size() - 1);
    byte[] disk = Files.readAllBytes(image);
    for (int write = Math.max(0, last - blocks + 2); write <= last; write++) {
      int block = write % blocks;
      byte[] found = Arrays.copyOfRange(disk, block * BLOCK, (block + 1) * BLOCK);
      String beginning = new String(found, 0, 40, StandardCharsets.ISO_8859_1);
      assertThat(Arrays.equals(found, content(block, write / blocks)))
          .as("write %s is in block %s: %s", write, block, beginning)
          .isTrue();
    }
  }

  private static List<Integer> writes(String console) {
    return console
        .substring(0, console.lastIndexOf('\n') + 1)
        .lines()
        .map(WROTE::matcher)
        .filter(Matcher::matches)
        .map(line -> Integer.parseInt(line.group(1)))
        .toList();
  }

  private static byte[] content(int block, int round) {
    byte[] line = ("block " + block + " round " + round + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] content = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      content[i] = line[i % line.length];
    }
    return content;
  }
}
