package dev.berth.testing;

import dev.berth.backup.Checkpoint;
import dev.berth.backup.Checkpoint.MarkedDisk;
import dev.berth.backup.Checkpoint.State;
import dev.berth.backup.CheckpointName;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.VerbResult;
import dev.berth.job.JobId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Checkpoints of the guests of a {@link MemoryHost}, which write nothing. Its backups begin none.
 * The caller holds the contents' lock.
 */
final class MemoryCheckpoints {
  private static final Set<DomainState> STATES =
      Set.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED);

  private final List<Checkpoint> checkpoints;
  private final MemoryDomain domain;

  MemoryCheckpoints(MemoryContents contents, MemoryDomain domain) {
    this.checkpoints = contents.checkpoints(domain.uuid());
    this.domain = domain;
    if (!STATES.contains(domain.state())) {
      throw MemoryVerbs.illegal("checkpoint", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
  }

  VerbResult create(CheckpointName name, Set<String> disks) {
    if (find(name).isPresent()) {
      throw new AlreadyExistsException("There is a checkpoint '" + name + "'.");
    }
    List<String> all = domain.definition().disks().stream().map(Disk::name).toList();
    Set<String> absent = new TreeSet<>(disks);
    absent.removeAll(all);
    if (!absent.isEmpty()) {
      throw new InvalidRequestException("disks: there is no such disk: " + absent + ".");
    }
    List<MarkedDisk> marked =
        domain.definition().disks().stream()
            .filter(disk -> disk.format() == DiskFormat.QCOW2)
            .filter(disk -> disks.isEmpty() || disks.contains(disk.name()))
            .map(disk -> new MarkedDisk(disk.name(), State.RECORDING, 0))
            .toList();
    if (marked.isEmpty() || marked.size() < disks.size()) {
      throw new InvalidStateException("Cannot make checkpoint '" + name + "': disks are raw.");
    }
    Set<String> next = marked.stream().map(MarkedDisk::disk).collect(Collectors.toSet());
    checkpoints.replaceAll(checkpoint -> closed(checkpoint, next));
    checkpoints.add(
        new Checkpoint(
            1 + checkpoints.stream().mapToLong(Checkpoint::sequence).max().orElse(0),
            Optional.of(name),
            JobId.random(),
            marked));
    return changed();
  }

  /** The same, where another has begun on these disks. */
  private static Checkpoint closed(Checkpoint checkpoint, Set<String> disks) {
    return new Checkpoint(
        checkpoint.sequence(),
        checkpoint.name(),
        checkpoint.job(),
        checkpoint.disks().stream()
            .map(
                disk ->
                    disks.contains(disk.disk())
                        ? new MarkedDisk(disk.disk(), State.CLOSED, disk.dirtyBytes())
                        : disk)
            .toList());
  }

  VerbResult delete(CheckpointName name) {
    checkpoints.remove(
        find(name)
            .orElseThrow(() -> new NotFoundException("There is no checkpoint '" + name + "'.")));
    return changed();
  }

  List<Checkpoint> all() {
    return List.copyOf(checkpoints);
  }

  private Optional<Checkpoint> find(CheckpointName name) {
    return checkpoints.stream().filter(it -> it.name().equals(Optional.of(name))).findFirst();
  }

  private VerbResult changed() {
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }
}
