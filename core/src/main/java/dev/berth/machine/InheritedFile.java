package dev.berth.machine;

import dev.berth.machine.AssemblyStep.FileAccess;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that QEMU has open from its first instruction on, for devices that cannot be added later.
 * The first of a launch record is its descriptor {@link #FIRST_DESCRIPTOR}, and so on.
 *
 * @param file absolute path
 * @param access how it is opened; it must exist by then
 * @param template what the file is copied from when it does not exist yet; absolute path
 */
public record InheritedFile(Path file, FileAccess access, Optional<Path> template) {
  /** The descriptor of the first one. */
  public static final int FIRST_DESCRIPTOR = 3;

  /** How many there can be: the shell above QEMU opens descriptors of one digit only. */
  public static final int LIMIT = 7;

  /** A file that exists already. */
  public InheritedFile(Path file, FileAccess access) {
    this(file, access, Optional.empty());
  }
}
