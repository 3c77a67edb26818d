package dev.berth.engine.save;

import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.ImageState;
import dev.berth.migration.SavedMachine;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SavedMachine.Origin;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What machines are saved to. A file grows beside its own name, which it gets when it is complete
 * and describes itself. For threads that may be held up by storage; failures are {@link
 * HostFailureException}s unless said otherwise.
 */
public interface SaveFiles {

  /**
   * What a file is to say of its machine, besides what is found when it is complete.
   *
   * @param launch the machine's record
   * @param cpu its guest's
   * @param written what was written of it
   */
  record Facts(Origin origin, Guest guest, LaunchRecord launch, GuestCpu cpu, Written written) {}

  /**
   * What QEMU has written.
   *
   * @param bytes how much
   * @param images how those of the machine were then
   */
  record Written(long bytes, List<ImageState> images) {}

  /**
   * Sees that there is a directory for this user alone, with room for as much.
   *
   * @throws HostFailureException when there is not
   */
  void makeRoom(Path directory, long bytes);

  /**
   * Sees whether a machine can be saved there.
   *
   * @throws AlreadyExistsException when there is a file of that name
   */
  void check(Path target);

  /** Makes the file that is to grow, for QEMU to write to. */
  FileOutputStream create(Path partial);

  /**
   * Brings to the disk what QEMU has written.
   *
   * @param launch of the machine, which stands
   * @return what that is; empty when there is no file
   * @throws HostFailureException also when an image was written to since
   */
  Optional<Written> settle(Path partial, LaunchRecord launch);

  /** How long the file is that grows; empty when there is none. */
  OptionalLong size(Path partial);

  /**
   * Has a file describe itself that QEMU has written, brings it to the disk and gives it its name.
   *
   * @throws AlreadyExistsException when such a file has come in the way
   */
  void complete(Path partial, Path target, Facts facts);

  /** Whether that is what a job has saved. */
  boolean isOf(Path target, JobId job);

  /** Removes what a job has written, also when that has got its name. Idempotent. */
  void discard(Path partial, Path target, JobId job);

  /**
   * The same of a file of the host's own, which nobody else writes: one that is damaged beyond
   * knowing whose it is goes, too.
   */
  void discardOwn(Path partial, Path target, JobId job);

  /** The saved machine in a file, which was looked at as a whole and is as it was written. */
  SavedMachine readAll(Path file);

  /** The saved machine in a file. */
  SavedMachine read(Path file);
}
