package dev.berth.host;

import dev.berth.error.InvalidRequestException;
import dev.berth.host.Keystrokes.Chord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which keys type which character where the guest's layout is the US one. */
final class UsKeyboard {
  private static final String SHIFT = "shift";

  /** Rows of three: a key, the character it types, and that with shift. */
  private static final String KEYS =
      """
      1 1 !
      2 2 @
      3 3 #
      4 4 $
      5 5 %
      6 6 ^
      7 7 &
      8 8 *
      9 9 (
      0 0 )
      minus - _
      equal = +
      bracket_left [ {
      bracket_right ] }
      backslash \\ |
      semicolon ; :
      apostrophe ' "
      grave_accent ` ~
      comma , <
      dot . >
      slash / ?
      """;

  private static final Map<Character, Chord> CHORDS = map();

  private UsKeyboard() {}

  static List<Chord> chords(String text) {
    if (text.length() > Keystrokes.MOST_CHORDS) {
      throw new InvalidRequestException(
          "text: should have at most "
              + Keystrokes.MOST_CHORDS
              + " characters, has "
              + text.length()
              + ". Type it in parts.");
    }
    List<Chord> chords = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      Chord chord = CHORDS.get(text.charAt(i));
      if (chord == null) {
        throw unknown(text, i);
      }
      chords.add(chord);
    }
    return chords;
  }

  private static InvalidRequestException unknown(String text, int index) {
    int code = text.codePointAt(index);
    String shown = Character.isISOControl(code) ? "a control character" : Character.toString(code);
    return new InvalidRequestException(
        String.format(
            "text: character %d, '%s' (U+%04X), is not on a US keyboard. Nothing was typed.",
            text.codePointCount(0, index) + 1, shown, code));
  }

  private static Map<Character, Chord> map() {
    Map<Character, Chord> map = new HashMap<>();
    for (char letter = 'a'; letter <= 'z'; letter++) {
      String key = String.valueOf(letter);
      map.put(letter, new Chord(List.of(key)));
      map.put(Character.toUpperCase(letter), new Chord(List.of(SHIFT, key)));
    }
    KEYS.lines()
        .map(row -> row.split(" "))
        .forEach(
            row -> {
              map.put(row[1].charAt(0), new Chord(List.of(row[0])));
              map.put(row[2].charAt(0), new Chord(List.of(SHIFT, row[0])));
            });
    map.put(' ', new Chord(List.of("spc")));
    map.put('\n', new Chord(List.of("ret")));
    map.put('\t', new Chord(List.of("tab")));
    return Map.copyOf(map);
  }
}
