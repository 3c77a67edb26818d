package dev.berth.engine.backup;

import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import java.io.FileDescriptor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open files that callers have given for backups to be written to: held until the backup has
 * ended, so that what QEMU has written can be read back. A host that comes later has them not, and
 * reads nothing back. Thread-safe.
 */
public final class BackupTargets {
  private final Map<JobId, HeldResources> held = new ConcurrentHashMap<>();

  /** Holds those of a backup that begins. */
  public void hold(JobId job, HeldResources given) {
    held.put(job, given);
  }

  /** That of a disk; empty when it was given to a host that is no more. */
  public Optional<FileDescriptor> of(JobId job, String disk) {
    return Optional.ofNullable(held.get(job)).flatMap(given -> given.descriptor(disk));
  }

  /** The backup has ended. Idempotent. */
  public void release(JobId job) {
    Optional.ofNullable(held.remove(job)).ifPresent(HeldResources::close);
  }

  /** The host is being closed. */
  public void releaseAll() {
    held.keySet().forEach(this::release);
  }
}
