package dev.berth.engine;

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
final class BackupTargets {
  private final Map<JobId, HeldResources> held = new ConcurrentHashMap<>();

  /** Holds those of a backup that begins. */
  void hold(JobId job, HeldResources given) {
    held.put(job, given);
  }

  /** That of a disk; empty when it was given to a host that is no more. */
  Optional<FileDescriptor> of(JobId job, String disk) {
    return Optional.ofNullable(held.get(job)).flatMap(given -> given.descriptor(disk));
  }

  /** The backup has ended. Idempotent. */
  void release(JobId job) {
    Optional.ofNullable(held.remove(job)).ifPresent(HeldResources::close);
  }

  /** The host is being closed. */
  void releaseAll() {
    held.keySet().forEach(this::release);
  }
}
