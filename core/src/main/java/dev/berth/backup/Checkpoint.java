package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.util.List;
import java.util.Optional;

/**
 * A moment since which it is noted what a guest writes to its disks, as the disks' images have it.
 *
 * @param sequence numbers the domain's checkpoints and backups in their order
 * @param name that it was given; empty when it began with a backup
 * @param job of the backup with which it began; for others a number like it that is theirs alone
 * @param disks what there is of it
 */
@Api(since = "0.1")
public record Checkpoint(
    long sequence, Optional<CheckpointName> name, JobId job, List<MarkedDisk> disks) {

  /** Copies the list. */
  public Checkpoint {
    disks = List.copyOf(disks);
  }

  /**
   * One of its disks.
   *
   * @param disk its name in the definition
   * @param state of what is noted
   * @param dirtyBytes how much was written until the next checkpoint, or until now
   */
  public record MarkedDisk(String disk, State state, long dirtyBytes) {}

  /** How what is noted can be used. */
  public enum State {
    /** It is noted in now. */
    RECORDING,
    /** Another came after it, in which is noted now. */
    CLOSED,
    /** It is of no use: QEMU was killed or has crashed, and did not save it. */
    BROKEN
  }
}
