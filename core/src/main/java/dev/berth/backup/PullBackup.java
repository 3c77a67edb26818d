package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import dev.berth.job.JobId;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Disks that are served by NBD as they were at one moment, for somebody else to copy. Read-only;
 * the guest goes on meanwhile.
 *
 * @param job whose it is; later exports and backups can be since that
 * @param at the moment
 * @param until when it ends by itself, if it does
 * @param socket the UNIX socket where QEMU's NBD server listens, for the host's user alone
 * @param disks those that are served
 */
@Api(since = "0.1")
public record PullBackup(
    JobId job, Instant at, Optional<Instant> until, Path socket, List<ExportedDisk> disks) {

  /** The metadata context that tells where there is data, and where zeroes. */
  public static final String ALLOCATION = "base:allocation";

  /** Copies the list. */
  public PullBackup {
    disks = List.copyOf(disks);
  }

  /**
   * A disk that is served.
   *
   * @param disk its name, which is that of the NBD export as well
   * @param size in bytes
   * @param extent whether it is told what was written since an earlier one
   * @param since that job, if it is
   * @param reason why all of it counts as new although less was asked for; may be empty
   * @param changes the metadata context {@code qemu:dirty-bitmap:…} that tells what was written
   */
  public record ExportedDisk(
      String disk,
      ByteSize size,
      Extent extent,
      Optional<JobId> since,
      String reason,
      Optional<String> changes) {}

  /** That disk; empty when it is not served. */
  public Optional<ExportedDisk> disk(String disk) {
    return disks.stream().filter(each -> each.disk().equals(disk)).findFirst();
  }

  /** Where NBD clients find a disk, such as {@code nbd+unix:///root?socket=/run/…/nbd}. */
  public URI uri(ExportedDisk disk) {
    try {
      return new URI("nbd+unix", "", "/" + disk.disk(), "socket=" + socket, null);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("every name of a disk can be in a URI", e);
    }
  }
}
