package dev.berth.engine.save;

import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.host.MemoryDump.Existing;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The files that guests' memory is written to. A dump grows in a file beside its own and takes its
 * name when it is complete, so that nobody takes half of one for a whole. For threads that may be
 * held up by storage; failures are {@link HostFailureException}s unless said otherwise.
 */
public interface DumpFiles {

  /**
   * Sees whether a dump can be written there.
   *
   * @throws AlreadyExistsException when a file is in the way
   */
  void check(Path target, Existing existing);

  /** Makes the file that a dump grows in, which is not there yet, and opens it. */
  FileOutputStream create(Path partial);

  /** How much of a dump there is; empty when there is no such file. */
  OptionalLong size(Path partial);

  /**
   * Gives a complete dump its name, once it is on the disk.
   *
   * @throws AlreadyExistsException when a file has come in the way; the dump stays where it is
   */
  void keep(Path partial, Path target, Existing existing);

  /** Removes what there is of a dump. */
  void discard(Path partial);
}
