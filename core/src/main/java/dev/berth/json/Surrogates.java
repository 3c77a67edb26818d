package dev.berth.json;

/** Halves of surrogate pairs: JSON can write them down, and UTF-8 cannot. */
public final class Surrogates {
  private Surrogates() {}

  /** Whether the text has one half without the other. */
  public static boolean isBroken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (Character.isHighSurrogate(each)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(each)) {
        return true;
      }
    }
    return false;
  }
}
