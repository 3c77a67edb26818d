package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which disks are to be served as they are at one moment, for somebody else to copy.
 *
 * @param disks names of those that belong to it; empty for all that the guest can write to
 * @param since the job of an earlier backup or export, to be told what was written since then.
 *     Without it, and for a disk of which that is not known, all of the disk counts as new
 * @param scratch a directory on the host, which is there; absolute. What the guest overwrites
 *     meanwhile is kept in it until the end
 * @param lifetime after which it ends by itself as one that failed; empty for as long as it takes
 */
@Api(since = "0.1")
public record ExportRequest(
    Set<String> disks, Optional<JobId> since, Path scratch, Optional<Duration> lifetime) {

  /**
   * A checked wish; the directory's path is normalized.
   *
   * @throws InvalidRequestException when that is not absolute, or the lifetime is none
   */
  public ExportRequest {
    if (!scratch.isAbsolute()) {
      throw new InvalidRequestException(
          "scratch: should be an absolute path, but it is '" + scratch + "'.");
    }
    if (lifetime.filter(it -> it.toSeconds() < 1).isPresent()) {
      throw new InvalidRequestException("lifetime: should be a second or more.");
    }
    scratch = scratch.normalize();
    disks = Collections.unmodifiableSet(new TreeSet<>(disks));
  }

  /** All of all disks, for as long as it takes. */
  public static ExportRequest full(Path scratch) {
    return new ExportRequest(Set.of(), Optional.empty(), scratch, Optional.empty());
  }

  /** All disks, telling what was written since that job, for as long as it takes. */
  public static ExportRequest since(JobId job, Path scratch) {
    return new ExportRequest(Set.of(), Optional.of(job), scratch, Optional.empty());
  }
}
