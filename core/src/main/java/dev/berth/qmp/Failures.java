package dev.berth.qmp;

/** Takes the exception out of a future's wrapping. */
final class Failures {
  private Failures() {}

  /** The failure itself when it is unchecked, which every failure of this package is. */
  static RuntimeException asUnchecked(Throwable failure) {
    if (failure instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("an unexpected failure", failure);
  }
}
