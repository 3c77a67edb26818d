package dev.berth.doctor;

/** How good or bad a {@link Finding} is. */
public enum Verdict {
  /** As it should be. */
  OK("ok"),
  /** Works, and somebody may want to know. */
  NOTE("note"),
  /** Broken: something that a host has to do will fail. */
  PROBLEM("problem");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** The verdict as it is printed; never changes. */
  public String text() {
    return text;
  }
}
