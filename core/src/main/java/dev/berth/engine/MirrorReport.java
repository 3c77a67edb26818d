package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.job.Job.Progress;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the mirrors are of the images that a machine takes along. Pure.
 *
 * @param job the migration
 * @param known all jobs that QEMU has
 */
record MirrorReport(KeptJob job, List<JobInfo> known) {
  private static final Set<JobStatus> COPIED = Set.of(JobStatus.READY, JobStatus.CONCLUDED);
  private static final Set<JobStatus> ENDED = Set.of(JobStatus.CONCLUDED, JobStatus.ABORTING);

  MirrorReport {
    known = List.copyOf(known);
  }

  /** Why what QEMU has of them is of no use; empty as long as it may be. */
  Optional<String> failure() {
    List<String> mirrors = StorageSteps.mirrors(job);
    for (int i = 0; i < mirrors.size(); i++) {
      String id = mirrors.get(i);
      Optional<JobInfo> mirror = known.stream().filter(it -> it.id().equals(id)).findFirst();
      if (mirror.isEmpty()) {
        return Optional.of(endedByOthers(i));
      }
      if (mirror.get().error().isPresent()) {
        return Optional.of(
            "disk '" + disk(i) + "' cannot be copied: " + mirror.get().error().get());
      }
    }
    return Optional.empty();
  }

  /**
   * Which of them has ended before the guest stands, by somebody else's doing: what the guest
   * writes from then on would not go along.
   */
  Optional<String> early() {
    List<String> mirrors = StorageSteps.mirrors(job);
    return known.stream()
        .filter(mirror -> mirrors.contains(mirror.id()))
        .filter(mirror -> ENDED.contains(mirror.status()))
        .findFirst()
        .map(mirror -> endedByOthers(mirrors.indexOf(mirror.id())));
  }

  /** Whether all of each image is copied, but what the guest has written just now. */
  boolean areReady() {
    Set<String> ready =
        known.stream()
            .filter(mirror -> mirror.status().equals(JobStatus.READY))
            .map(JobInfo::id)
            .collect(Collectors.toSet());
    return ready.containsAll(StorageSteps.mirrors(job));
  }

  /**
   * Whether all of each image is copied, of which nobody writes to any: one that has ended without
   * an error had all of its own.
   */
  boolean areCopied() {
    Set<String> copied =
        known.stream()
            .filter(mirror -> COPIED.contains(mirror.status()))
            .map(JobInfo::id)
            .collect(Collectors.toSet());
    return failure().isEmpty() && copied.containsAll(StorageSteps.mirrors(job));
  }

  /** Whether all of each image is on the disk there, of which nobody writes to any. */
  boolean areConcluded() {
    Set<String> concluded =
        known.stream()
            .filter(mirror -> mirror.status().equals(JobStatus.CONCLUDED))
            .map(JobInfo::id)
            .collect(Collectors.toSet());
    return failure().isEmpty() && concluded.containsAll(StorageSteps.mirrors(job));
  }

  /** How much of the images they have copied. */
  long copiedBytes() {
    List<String> mirrors = StorageSteps.mirrors(job);
    return known.stream()
        .filter(mirror -> mirrors.contains(mirror.id()))
        .mapToLong(JobInfo::currentProgress)
        .sum();
  }

  /** How far they are at that moment. */
  Progress progress(Pace pace, Instant now) {
    List<String> mirrors = StorageSteps.mirrors(job);
    long done = 0;
    long total = 0;
    for (JobInfo mirror : known) {
      if (mirrors.contains(mirror.id())) {
        done += mirror.currentProgress();
        total += mirror.totalProgress();
      }
    }
    return pace.at(now, done, total);
  }

  private String endedByOthers(int index) {
    return "somebody else has ended the copying of disk '" + disk(index) + "' in QEMU";
  }

  private String disk(int index) {
    return StorageRow.copies(job).get(index).disk();
  }
}
