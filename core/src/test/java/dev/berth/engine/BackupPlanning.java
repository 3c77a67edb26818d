package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.engine.backup.BackupPlanner;
import dev.berth.engine.backup.BackupSource;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What an incremental backup of a domain with a long past is planned from, for whoever measures
 * that. The last of its backups stand on one another. Immutable.
 */
public final class BackupPlanning {
  private static final Path DIRECTORY = Path.of("/srv/backups");
  private static final JobId JOB = new JobId("ffffffffffff");

  private final List<BackupSource> disks;
  private final List<Backup> known;
  private final int chain;

  private BackupPlanning(List<BackupSource> disks, List<Backup> known, int chain) {
    this.disks = disks;
    this.known = known;
    this.chain = chain;
  }

  /**
   * A past.
   *
   * @param disks how many the domain has
   * @param checkpoints how many backups it has had
   * @param chain how many of the last stand on one another
   */
  public static BackupPlanning of(int disks, int checkpoints, int chain) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < disks; i++) {
      names.add("vd" + (char) ('a' + i));
    }
    List<Backup> known = new ArrayList<>();
    for (int i = 1; i <= checkpoints; i++) {
      known.add(backup(i, names, i > checkpoints - chain + 1));
    }
    return new BackupPlanning(
        names.stream().map(name -> source(name, checkpoints)).toList(), known, chain);
  }

  private static JobId job(int number) {
    return new JobId("%012x".formatted(number));
  }

  private static Backup backup(int number, List<String> disks, boolean standsOnTheOneBefore) {
    Path folder = DIRECTORY.resolve("b" + number);
    return new Backup(
        new BackupName("b" + number),
        new Backup.Origin(new UUID(0, 1), new DomainName("web"), "me", number, job(number)),
        Instant.EPOCH,
        folder,
        disks.stream()
            .map(
                disk ->
                    new BackedUpDisk(
                        disk,
                        folder.resolve(disk + ".qcow2"),
                        ImageFormat.QCOW2,
                        standsOnTheOneBefore ? Extent.INCREMENTAL : Extent.FULL,
                        standsOnTheOneBefore
                            ? Optional.of(new BackupName("b" + (number - 1)))
                            : Optional.empty(),
                        "",
                        new Content(ByteSize.mebibytes(1), 1, "00")))
            .toList());
  }

  private static BackupSource source(String disk, int checkpoints) {
    List<Checkpoint> marks = new ArrayList<>();
    for (int i = 1; i <= checkpoints; i++) {
      String bitmap = Checkpoint.bitmap(i, job(i), disk);
      marks.add(new Checkpoint(i, bitmap, i == checkpoints, false));
    }
    long size = ByteSize.mebibytes(1).bytes();
    return new BackupSource(disk, disk + "-format", "qcow2", false, false, size, marks);
  }

  /** Plans one that has what is new since the first backup of the chain; how many are so. */
  public long plan() {
    BackupName oldest = known.get(known.size() - chain).name();
    BackupRequest request =
        new BackupRequest(
            new BackupName("new"), DIRECTORY, Set.of(), Wanted.since(oldest), Pace.unlimited());
    return new BackupPlanner(new DomainName("web"), request, JOB, known)
        .plan(disks).disks().stream().filter(disk -> disk.basis().isPresent()).count();
  }
}
