package dev.berth.engine;

/** Who causes what, when it is nobody who called. */
final class Actors {
  /** The guest, or QEMU on its behalf. */
  static final String GUEST = "guest";

  /** QEMU itself, or whoever did something to its process. */
  static final String QEMU = "qemu";

  /** This host process, at its start or by its own rules. */
  static final String HOST = "host";

  private Actors() {}
}
