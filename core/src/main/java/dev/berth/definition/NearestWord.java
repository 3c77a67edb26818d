package dev.berth.definition;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that somebody who mistyped probably meant. */
public final class NearestWord {
  /** No key is longer; a longer text is no slip of the fingers. */
  private static final int LONGEST = 32;

  private NearestWord() {}

  /** The nearest of the candidates, unless all are too far off to be meant. */
  public static Optional<String> to(String typed, Collection<String> candidates) {
    return to(typed, candidates, 1).stream().findFirst();
  }

  /** The nearest of the candidates, at most that many, without those too far off to be meant. */
  public static List<String> to(String typed, Collection<String> candidates, int most) {
    if (typed.length() > LONGEST) {
      return List.of();
    }
    String plain = plain(typed);
    return candidates.stream()
        .filter(word -> distance(plain, plain(word)) <= Math.max(1, word.length() / 3))
        .sorted(
            Comparator.comparingInt((String word) -> distance(plain, plain(word)))
                .thenComparing(Comparator.naturalOrder()))
        .limit(most)
        .toList();
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The fewest insertions, deletions, replacements and swaps of neighbours that turn one word into
   * the other (optimal string alignment).
   */
  static int distance(String from, String to) {
    int[][] steps = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        steps[i][j] = i == 0 || j == 0 ? i + j : fewest(steps, from, i, to, j);
      }
    }
    return steps[from.length()][to.length()];
  }

  private static int fewest(int[][] steps, String from, int i, String to, int j) {
    int replaced = steps[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(best, steps[i - 2][j - 2] + 1) : best;
  }
}
