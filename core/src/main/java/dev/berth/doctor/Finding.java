package dev.berth.doctor;

import java.util.Optional;

/**
 * What one check of a host came to. Immutable.
 *
 * @param check what was looked at, a word or two in lower case, e.g. {@code free space}
 * @param verdict how good or bad it is
 * @param text what was found, as a sentence without its full stop
 * @param remedy what to do about it; empty when nothing has to be done
 */
public record Finding(String check, Verdict verdict, String text, Optional<String> remedy) {

  /** All is well. */
  public static Finding ok(String check, String text) {
    return new Finding(check, Verdict.OK, text, Optional.empty());
  }

  /** Worth knowing, and nothing that has to be mended. */
  public static Finding note(String check, String text, String remedy) {
    return new Finding(check, Verdict.NOTE, text, Optional.of(remedy));
  }

  /** Broken. */
  public static Finding problem(String check, String text, String remedy) {
    return new Finding(check, Verdict.PROBLEM, text, Optional.of(remedy));
  }
}
