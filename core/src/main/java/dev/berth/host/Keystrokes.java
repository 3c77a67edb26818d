package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Keys of a guest's keyboard, pressed and let go one after another. Nothing is pressed unless all
 * of them are known.
 *
 * @param chords keys that are down together, in their order; 1 to {@value #MOST_CHORDS} of them
 * @param hold how long until the next key goes down or up, 1 ms to 10 s
 */
@Api(since = "0.1")
public record Keystrokes(List<Chord> chords, Duration hold) {
  /** Most chords of one call. */
  public static final int MOST_CHORDS = 4096;

  /** Most keys of one chord. */
  public static final int MOST_KEYS = 8;

  /** How long keys are held when nothing else is said: no guest misses that. */
  public static final Duration USUAL_HOLD = Duration.ofMillis(100);

  /** How long the keys of a text are held when nothing else is said: 25 letters a second. */
  public static final Duration TYPING_HOLD = Duration.ofMillis(20);

  private static final Duration SHORTEST_HOLD = Duration.ofMillis(1);
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /**
   * Keys that are down together: pressed from the first to the last, let go from the last to the
   * first.
   *
   * @param keys by QEMU's names, QAPI {@code QKeyCode}: {@code ctrl}, {@code a}, {@code 1}, {@code
   *     ret}, {@code f1}
   */
  public record Chord(List<String> keys) {

    /**
     * Copies the list.
     *
     * @throws InvalidRequestException naming a key that there is not, or when there are none or too
     *     many
     */
    public Chord {
      keys = List.copyOf(keys);
      if (keys.isEmpty() || keys.size() > MOST_KEYS) {
        throw new InvalidRequestException(
            "keys: a chord has 1 to " + MOST_KEYS + " keys, not " + keys.size() + ".");
      }
      keys.forEach(KeyNames::check);
    }

    /**
     * One from its text.
     *
     * @param text names with hyphens between them, such as {@code ctrl-alt-delete}
     */
    public static Chord of(String text) {
      return new Chord(Arrays.asList(text.split("-", -1)));
    }

    @Override
    public String toString() {
      return String.join("-", keys);
    }
  }

  /**
   * Copies the list, checks the limits.
   *
   * @throws InvalidRequestException when there are none or too many, or it would take more than ten
   *     minutes
   */
  public Keystrokes {
    chords = List.copyOf(chords);
    if (chords.isEmpty() || chords.size() > MOST_CHORDS) {
      throw new InvalidRequestException(
          "keys: there are to be 1 to " + MOST_CHORDS + " keystrokes, not " + chords.size() + ".");
    }
    if (hold.compareTo(SHORTEST_HOLD) < 0 || hold.compareTo(LONGEST_HOLD) > 0) {
      throw new InvalidRequestException("hold: should be 1 ms to 10 s, is " + hold + ".");
    }
    long keys = chords.stream().mapToLong(chord -> chord.keys().size()).sum();
    if (hold.multipliedBy(2 * keys).compareTo(LONGEST) > 0) {
      throw new InvalidRequestException(
          "keys: these would take more than ten minutes. Send fewer, or hold them for less.");
    }
  }

  /**
   * Chords by their texts, each held for {@link #USUAL_HOLD}.
   *
   * @param chords such as {@code ctrl-alt-delete}, {@code ret}
   * @throws InvalidRequestException naming a key that there is not
   */
  public static Keystrokes of(String... chords) {
    return new Keystrokes(Arrays.stream(chords).map(Chord::of).toList(), USUAL_HOLD);
  }

  /**
   * What has to be pressed on a US keyboard to type that text, each key held for {@link
   * #TYPING_HOLD}.
   *
   * @param text of ASCII's printable characters, line ends and tabs
   * @throws InvalidRequestException naming the first character that is none of these, and its place
   */
  public static Keystrokes typing(String text) {
    return new Keystrokes(UsKeyboard.chords(text), TYPING_HOLD);
  }

  /** The same held for that long. */
  public Keystrokes holding(Duration time) {
    return new Keystrokes(chords, time);
  }
}
