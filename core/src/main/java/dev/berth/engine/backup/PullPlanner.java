package dev.berth.engine.backup;

import dev.berth.domain.DomainName;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.engine.backup.PullPlan.Changes;
import dev.berth.engine.backup.PullPlan.OfDisk;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.ExportRequest;
import dev.berth.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what an export does: which disks, and for which of them it can be told what was written
 * since an earlier one. Pure.
 *
 * @param domain whose disks
 * @param job that is to do it
 */
public record PullPlanner(DomainName domain, ExportRequest request, JobId job) {

  /**
   * The plan.
   *
   * @param sources the disks that the guest can write to
   * @throws InvalidRequestException when a disk is named that is none of those, or there is none
   * @throws NotFoundException when no disk has a note of the earlier one
   * @throws InvalidStateException when a disk cannot be exported
   */
  public PullPlan plan(List<BackupSource> sources) {
    List<BackupSource> chosen = BackupPlanner.chosen(domain, request.disks(), sources);
    request.since().ifPresent(since -> requireKnown(since, chosen));
    long sequence = 1 + BackupPlanner.lastMarked(sources);
    List<OfDisk> disks = new ArrayList<>();
    for (BackupSource source : chosen) {
      disks.add(disk(source, sequence));
    }
    return new PullPlan(disks);
  }

  private void requireKnown(JobId since, List<BackupSource> sources) {
    if (sources.stream().noneMatch(source -> first(source, since).isPresent())) {
      throw new NotFoundException(
          "No disk of domain '"
              + domain
              + "' has a note of what was written since job "
              + since
              + ". Export all of them, without 'since'.");
    }
  }

  private static Optional<Checkpoint> first(BackupSource source, JobId since) {
    return source.checkpoints().stream().filter(mark -> mark.isOf(since)).findFirst();
  }

  private OfDisk disk(BackupSource source, long sequence) {
    BackupPlanner.requirePlain(domain, source);
    String why = request.since().map(since -> obstacle(source, since)).orElse("");
    Optional<Changes> changes =
        request.since().filter(since -> why.isEmpty()).map(since -> changes(source, since));
    return new OfDisk(
        source.disk(),
        source.node(),
        source.size(),
        changes,
        why,
        source.beginsCheckpoints()
            ? Optional.of(BackupPlanner.marks(source, sequence, job))
            : Optional.empty());
  }

  private static List<Checkpoint> noted(BackupSource source, JobId since) {
    long sequence = first(source, since).orElseThrow().sequence();
    return source.checkpoints().stream().filter(mark -> mark.sequence() >= sequence).toList();
  }

  private static Changes changes(BackupSource source, JobId since) {
    return new Changes(since, noted(source, since).stream().map(Checkpoint::bitmap).toList());
  }

  /** Why it cannot be told what was written since; empty when it can. */
  private static String obstacle(BackupSource source, JobId since) {
    if (!source.keepsCheckpoints()) {
      return "a " + source.driver() + " image keeps no note of what is written";
    }
    if (source.hasThread()) {
      return "its iothread writes while one note takes the place of the other";
    }
    if (first(source, since).isEmpty()) {
      return "its image has no note of what was written since job " + since;
    }
    List<Checkpoint> noted = noted(source, since);
    if (noted.stream().anyMatch(Checkpoint::inconsistent)) {
      return "QEMU was killed or has crashed, and did not save what was written since job " + since;
    }
    return noted.get(noted.size() - 1).recording()
        ? ""
        : "nothing has noted what was written since job " + since;
  }
}
