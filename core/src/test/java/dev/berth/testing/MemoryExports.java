package dev.berth.testing;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.Extent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.definition.Disk;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Disks of the guests of a {@link MemoryHost} that would be served; nobody listens, and they are
 * empty. The caller holds the contents' lock.
 */
final class MemoryExports {
  private static final ByteSize SIZE = ByteSize.mebibytes(1);

  private final MemoryContents contents;
  private final String actor;

  MemoryExports(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  Job begin(MemoryDomain domain, ExportRequest request, JobOptions options) {
    Optional<Job> same = MemoryJobs.same(domain, options, "");
    if (same.isPresent()) {
      return same.get();
    }
    for (Job job : running(domain)) {
      throw new BusyException("Job " + job.id() + " is under way. Wait for it.", job.id().text());
    }
    if (!MemoryBackups.STATES.contains(domain.state())) {
      throw MemoryVerbs.illegal("back up", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    MemoryBackups.requireDirectory(request.scratch());
    List<Disk> disks = MemoryBackups.chosen(domain, request.disks());
    if (request.since().isPresent()) {
      throw new NotFoundException("No disk has a note of what was written since.");
    }
    Instant now = contents.clock().instant();
    Job job =
        new Job(
            JobId.random(),
            MemoryJobs.target(domain, JobKind.PULL_BACKUP, ""),
            MemoryJobs.origin(actor, options, now),
            new Job.Status(JobState.RUNNING, "serving", Optional.empty(), "", Optional.empty()));
    domain.jobs().put(job.id(), job);
    contents.exports().put(job.id(), served(job, disks, request));
    contents
        .events()
        .add(
            domain,
            EventTypes.JOB_STARTED,
            actor,
            Map.of("job", job.id().text(), "kind", JobKind.PULL_BACKUP.text(), "subject", ""));
    contents.notifyAll();
    return job;
  }

  private static PullBackup served(Job job, List<Disk> disks, ExportRequest request) {
    List<ExportedDisk> exported = new ArrayList<>();
    for (Disk disk : disks) {
      exported.add(
          new ExportedDisk(disk.name(), SIZE, Extent.FULL, Optional.empty(), "", Optional.empty()));
    }
    Instant since = job.origin().since();
    return new PullBackup(
        job.id(), since, request.lifetime().map(since::plus), Path.of("/none/nbd"), exported);
  }

  private static List<Job> running(MemoryDomain domain) {
    return MemoryDevices.running(domain).stream()
        .filter(job -> job.target().kind() == JobKind.PULL_BACKUP)
        .toList();
  }

  PullBackup served(JobId job) {
    if (job(job).status().state().isEnded()) {
      throw new InvalidStateException("Job " + job + " serves no disks now.");
    }
    return contents.exports().get(job);
  }

  private Job job(JobId id) {
    Job job = find(id).jobs().get(id);
    if (job == null || job.target().kind() != JobKind.PULL_BACKUP) {
      throw new InvalidStateException("Job " + id + " serves no disks.");
    }
    return job;
  }

  private MemoryDomain find(JobId id) {
    return contents.domains().values().stream()
        .filter(domain -> domain.jobs().containsKey(id))
        .findFirst()
        .orElseThrow(() -> new NotFoundException("There is no job " + id + "."));
  }

  DiskExtents extents(JobId job, String disk, long from) {
    long size =
        served(job)
            .disk(disk)
            .orElseThrow(() -> new NotFoundException("There is no disk '" + disk + "' in it."))
            .size()
            .bytes();
    if (from < 0 || from > size) {
      throw new InvalidRequestException("from: the disk has " + size + " bytes.");
    }
    return new DiskExtents(
        from == size ? List.of() : List.of(new DiskExtent(from, size - from, true, true)),
        OptionalLong.empty());
  }

  Job finish(JobId id) {
    Job job = job(id);
    return job.status().state().isEnded()
        ? job
        : new MemoryDevices(contents, actor).end(find(id), job, JobState.SUCCEEDED, "complete");
  }

  /** There is no machine any more. */
  void machineEnded(MemoryDomain domain) {
    running(domain)
        .forEach(
            job ->
                new MemoryDevices(contents, actor)
                    .end(domain, job, JobState.FAILED, "machine-ended"));
  }
}
