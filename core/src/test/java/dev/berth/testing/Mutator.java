package dev.berth.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes bad input out of good: each input is one of the seeds with a few random changes. The same
 * number makes the same inputs, so that one that did harm can be made again.
 */
public final class Mutator {
  /** What a random byte would seldom hit upon. */
  private static final List<byte[]> TOKENS =
      List.of(
          text("{"),
          text("}"),
          text("["),
          text("]"),
          text("\""),
          text(","),
          text(":"),
          text("\n"),
          text("\r\n"),
          text("null"),
          text("true"),
          text("-0"),
          text("1e999"),
          text("18446744073709551616"),
          text("9".repeat(101)),
          text("\\ud800"),
          text("\\u0000"),
          text("\\"),
          text("\"id\":1,"),
          text("\"return\":"),
          text("\"error\":{},"),
          text("\"event\":\"STOP\","),
          text("\"QMP\":{},"),
          text("[".repeat(1001)),
          text("{\"a\":".repeat(1001)),
          new byte[] {(byte) 0xff},
          new byte[] {(byte) 0xc3},
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
          new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
          new byte[] {0, 0, 0, 1});

  private final List<byte[]> seeds;
  private final SplittableRandom random;

  /** A source of inputs. */
  public Mutator(List<byte[]> seeds, long number) {
    this.seeds = seeds.stream().sorted(Comparator.comparingInt(seed -> seed.length)).toList();
    this.random = new SplittableRandom(number);
  }

  /** The next input. */
  public byte[] next() {
    byte[] input = seed();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      input = changed(input);
    }
    return input;
  }

  /** Short ones often, long ones rarely: they take the time of many short ones. */
  private byte[] seed() {
    double much = random.nextDouble();
    return seeds.get((int) (seeds.size() * much * much * much));
  }

  private byte[] changed(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = from + random.nextInt(Math.min(input.length - from, 40) + 1);
    return switch (random.nextInt(7)) {
      case 0 -> spliced(input, from, TOKENS.get(random.nextInt(TOKENS.size())), from);
      case 1 -> spliced(input, from, TOKENS.get(random.nextInt(TOKENS.size())), to);
      case 2 -> spliced(input, from, new byte[0], to);
      case 3 -> spliced(input, to, Arrays.copyOfRange(input, from, to), to);
      case 4 -> spliced(input, from, seed(), input.length);
      case 5 -> Arrays.copyOf(input, from);
      default -> flipped(input);
    };
  }

  private byte[] flipped(byte[] input) {
    if (input.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    byte[] copy = input.clone();
    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  /** What is before {@code from}, then the middle, then what is from {@code to} on. */
  private static byte[] spliced(byte[] input, int from, byte[] middle, int to) {
    byte[] whole = Arrays.copyOf(input, from + middle.length + input.length - to);
    System.arraycopy(middle, 0, whole, from, middle.length);
    System.arraycopy(input, to, whole, from + middle.length, input.length - to);
    return whole;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
