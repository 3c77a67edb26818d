package dev.berth.engine.save;

import java.nio.file.Path;

/**
 * Where a machine is saved to.
 *
 * @param file absolute
 * @param keeper whose file it is
 */
public record SaveTarget(Path file, Keeper keeper) {

  /** Who sees to a file. */
  public enum Keeper {
    /** Whoever has the machine saved; the host never touches it again. */
    CALLER,
    /** The host: the next start goes on from it, and then it goes. A managed save. */
    HOST
  }

  /** A file of the caller's. */
  public static SaveTarget of(Path file) {
    return new SaveTarget(file, Keeper.CALLER);
  }
}
