package dev.berth.engine.step;

/** Who causes what, when it is nobody who called. */
public final class Actors {
  /** The guest, or QEMU on its behalf. */
  public static final String GUEST = "guest";

  /** QEMU itself, or whoever did something to its process. */
  public static final String QEMU = "qemu";

  /** This host process, at its start or by its own rules. */
  public static final String HOST = "host";

  private Actors() {}
}
