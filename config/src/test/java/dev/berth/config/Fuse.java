package dev.berth.config;

/** Ends this process as SIGKILL would once it gets to a crash point after having been armed. */
final class Fuse {
  /** What a shell reports for a process that SIGKILL has ended. */
  static final int KILLED = 137;

  private final CrashPoint point;
  private volatile boolean armed;

  Fuse(CrashPoint point) {
    this.point = point;
  }

  void arm() {
    armed = true;
  }

  boolean isFor(CrashPoint reached) {
    return armed && point.equals(reached);
  }

  void reached(CrashPoint reached) {
    if (isFor(reached)) {
      burn();
    }
  }

  /** No shutdown hook runs, nothing is flushed or closed. */
  static void burn() {
    Runtime.getRuntime().halt(KILLED);
  }
}
