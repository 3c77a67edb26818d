package dev.berth.migration;

import dev.berth.error.BerthException;

/** What another host says, for people, before it is kept and shown. */
public final class PeerWords {
  private static final int LIMIT = 2000;

  private PeerWords() {}

  /** The words of what went wrong there. */
  public static String of(BerthException failure) {
    return of(String.valueOf(failure.getMessage()));
  }

  /** The words without control characters, and not without end. */
  public static String of(String said) {
    String bounded = said.length() <= LIMIT ? said : said.substring(0, LIMIT - 3) + "...";
    return bounded.replaceAll("\\p{Cntrl}", "?");
  }
}
