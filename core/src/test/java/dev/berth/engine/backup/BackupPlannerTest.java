package dev.berth.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.engine.backup.BackupPlan.Basis;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.ExportRequest;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a backup stands on, and what it does to the marks in images. */
final class BackupPlannerTest {
  private static final Path DIRECTORY = Path.of("/backups");
  private static final UUID WEB = new UUID(0, 1);
  private static final String NEXT = "berth-%06d-0123456789ab-vda";
  private static final JobId NEW = new JobId("0123456789ab");

  @Test
  void theFirstBackupIsFullAndBeginsAMark() {
    BackupPlan plan = plan(Wanted.incremental(), List.of(), source("vda"));

    assertThat(plan.sequence()).isEqualTo(1);
    OfDisk disk = plan.disks().get(0);
    assertThat(disk.extent()).isEqualTo(Extent.FULL);
    assertThat(disk.reason()).isEqualTo("no earlier backup in /backups has this disk");
    assertThat(disk.marks()).contains(new Marks(NEXT.formatted(1), Optional.empty(), List.of()));
  }

  @Test
  void theNextHasWhatAllMarksSinceTheLastSay() {
    BackupPlan plan =
        plan(
            Wanted.incremental(),
            List.of(backup("one", 1, "vda"), backup("two", 2, "vda")),
            source("vda", old(1), old(2), old(3), last(4)));

    assertThat(plan.sequence()).isEqualTo(5);
    OfDisk disk = plan.disks().get(0);
    assertThat(disk.basis())
        .contains(
            new Basis(
                new BackupName("two"),
                DIRECTORY.resolve("two/vda.qcow2"),
                ImageFormat.QCOW2,
                List.of(mark(2), mark(3), mark(4))));
    assertThat(disk.marks())
        .contains(new Marks(NEXT.formatted(5), Optional.of(mark(4)), List.of()));
    assertThat(BackupPlan.read(plan.text())).isEqualTo(plan);
  }

  @Test
  void aNamedBackupIsBuiltOnThoughThereAreLaterOnes() {
    BackupPlan plan =
        plan(
            Wanted.since(new BackupName("one")),
            List.of(backup("one", 1, "vda"), backup("two", 2, "vda")),
            source("vda", old(1), last(2)));

    assertThat(plan.disks().get(0).basis().orElseThrow().changed())
        .containsExactly(mark(1), mark(2));
  }

  @Test
  void aFullBackupThatIsWantedNeedsNoReason() {
    BackupPlan plan = plan(Wanted.full(), List.of(backup("one", 1, "vda")), source("vda", last(1)));

    assertThat(plan.disks().get(0).extent()).isEqualTo(Extent.FULL);
    assertThat(plan.disks().get(0).reason()).isEmpty();
  }

  @Test
  void whatCannotBeBuiltOnIsToldAndRefusedWhenItWasNamed() {
    List<Backup> known = List.of(backup("one", 1, "vda"));
    assertFullBecause(known, source("vda"), "no note of what was written since backup 'one'");
    assertFullBecause(
        known,
        source("vda", old(1), new Checkpoint(2, mark(2), false, true)),
        "QEMU was killed or has crashed");
    assertFullBecause(known, source("vda", old(1)), "nothing has noted");
    assertFullBecause(
        known, sized("vda", 1, last(1)), "the disk was larger at the time of backup 'one'");
    assertFullBecause(
        known,
        new BackupSource("vda", "vda-format", "raw", false, false, 100, List.of()),
        "a raw image keeps no note");
    assertFullBecause(List.of(backup("one", 1, "vdb")), source("vda"), "no earlier backup in");
  }

  private static void assertFullBecause(List<Backup> known, BackupSource source, String why) {
    OfDisk disk = plan(Wanted.incremental(), known, source).disks().get(0);
    assertThat(disk.extent()).isEqualTo(Extent.FULL);
    assertThat(disk.reason()).contains(why);
    assertThatThrownBy(() -> plan(Wanted.since(new BackupName("one")), known, source))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContainingAll("Cannot back up disk 'vda'", "since 'one'", why);
  }

  @Test
  void whatAnImageStandsOnHasToBeThere() {
    Backup onLost = since(backup("two", 2, "vda"), "lost");

    assertFullBecause(
        List.of(since(backup("one", 1, "vda"), "lost")),
        source("vda", last(1)),
        "an image that backup 'one' stands on is not there any more");
    assertThat(
            plan(Wanted.incremental(), List.of(onLost), source("vda", last(2)))
                .disks()
                .get(0)
                .extent())
        .isEqualTo(Extent.FULL);
  }

  @Test
  void aMarkOfALaterBackupThatIsGoneLeavesAGap() {
    List<Backup> known = List.of(backup("one", 1, "vda"), backup("two", 2, "vda"));

    assertThatThrownBy(
            () -> plan(Wanted.since(new BackupName("one")), known, source("vda", old(1), last(3))))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("some notes of what was written since backup 'one' are gone");
  }

  @Test
  void aChainThatIsAsLongAsAnyMayBeIsNotBuiltOn() {
    List<Backup> known = new ArrayList<>(List.of(backup("b1", 1, "vda")));
    for (int i = 2; i <= BackupPlanner.MOST_IMAGES; i++) {
      known.add(since(backup("b" + i, i, "vda"), "b" + (i - 1)));
    }
    int last = BackupPlanner.MOST_IMAGES;

    BackupPlan tooLong = plan(Wanted.incremental(), known, source("vda", last(last)));
    BackupPlan longest =
        plan(Wanted.incremental(), known.subList(0, last - 1), source("vda", last(last - 1)));

    assertThat(tooLong.disks().get(0).extent()).isEqualTo(Extent.FULL);
    assertThat(tooLong.disks().get(0).reason())
        .isEqualTo(
            "the chain that ends with backup 'b250' is 250 images long, and 250 is the most");
    assertThat(longest.disks().get(0).extent()).isEqualTo(Extent.INCREMENTAL);
  }

  @Test
  void aDiskThatAnIothreadServesIsBackedUpInFull() {
    assertFullBecause(
        List.of(backup("one", 1, "vda")),
        new BackupSource("vda", "vda-format", "qcow2", false, true, 100, List.of(last(1))),
        "its iothread writes");
  }

  @Test
  void aDiskThatAnIothreadServesGetsNoMarkAndTheOneBeforeGoesOn() {
    BackupSource source =
        new BackupSource("vda", "vda-format", "qcow2", false, true, 100, List.of(last(1)));
    List<Backup> known = List.of(backup("one", 1, "vda"));

    OfDisk backup = plan(Wanted.incremental(), known, source).disks().get(0);
    PullPlan.OfDisk export =
        new PullPlanner(new DomainName("web"), ExportRequest.full(DIRECTORY), NEW)
            .plan(List.of(source))
            .disks()
            .get(0);

    assertThat(backup.marks()).isEmpty();
    assertThat(export.marks()).isEmpty();
  }

  @Test
  void aBackupThatHasLeftNoMarkIsNotBuiltOnNorAreThoseBefore() {
    List<Backup> known = List.of(backup("one", 1, "vda"), backup("unmarked", 2, "vda"));
    BackupSource source = source("vda", last(1));

    OfDisk disk = plan(Wanted.incremental(), known, source).disks().get(0);

    assertThat(disk.reason()).contains("no note of what was written since backup 'unmarked'");
    assertThatThrownBy(() -> plan(Wanted.since(new BackupName("one")), known, source))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("some notes of what was written since backup 'one' are gone");
  }

  private static Backup since(Backup backup, String below) {
    BackedUpDisk disk = backup.disks().get(0);
    return new Backup(
        backup.name(),
        backup.origin(),
        backup.at(),
        backup.folder(),
        List.of(
            new BackedUpDisk(
                disk.disk(),
                disk.file(),
                disk.format(),
                Extent.INCREMENTAL,
                Optional.of(new BackupName(below)),
                "",
                disk.content())));
  }

  @Test
  void marksThatAreOfNoUseAreRemovedAndAnotherIsBegun() {
    BackupSource source = source("vda", old(1), new Checkpoint(2, mark(2), false, true));

    OfDisk disk =
        plan(Wanted.incremental(), List.of(backup("two", 2, "vda")), source).disks().get(0);

    assertThat(disk.marks())
        .contains(new Marks(NEXT.formatted(3), Optional.empty(), List.of(mark(1), mark(2))));
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    assertThatThrownBy(() -> plan(Wanted.since(new BackupName("no")), List.of(), source("vda")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no backup 'no' of domain 'web' in /backups");
    BackupRequest other =
        new BackupRequest(
            new BackupName("new"), DIRECTORY, Set.of("vdz"), Wanted.full(), Pace.unlimited());
    assertThatThrownBy(() -> planner(other, List.of()).plan(List.of(source("vda"))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("no disk vdz", "it has vda");
    assertThatThrownBy(() -> plan(Wanted.full(), List.of()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("it has none");
  }

  @Test
  void anEncryptedDiskIsNotWrittenInTheClear() {
    BackupSource secret =
        new BackupSource("vda", "vda-format", "qcow2", true, false, 100, List.of());

    assertThatThrownBy(() -> plan(Wanted.full(), List.of(), secret))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContainingAll("'vda'", "encrypted", "Leave it out.");
  }

  @Test
  void aPlanOverManyBackupsTakesTheLatest() {
    List<Backup> known =
        IntStream.rangeClosed(1, 1000).mapToObj(i -> backup("b" + i, i, "vda")).toList();
    Checkpoint[] marks =
        IntStream.rangeClosed(1, 1000)
            .mapToObj(i -> i == 1000 ? last(i) : old(i))
            .toArray(Checkpoint[]::new);

    BackupPlan plan = plan(Wanted.incremental(), known, source("vda", marks));

    assertThat(plan.disks().get(0).basis().orElseThrow().changed()).containsExactly(mark(1000));
  }

  // ---- its parts

  private static BackupPlan plan(Wanted wanted, List<Backup> known, BackupSource... sources) {
    BackupRequest request =
        new BackupRequest(new BackupName("new"), DIRECTORY, Set.of(), wanted, Pace.unlimited());
    return planner(request, known).plan(List.of(sources));
  }

  private static BackupPlanner planner(BackupRequest request, List<Backup> known) {
    return new BackupPlanner(new DomainName("web"), request, NEW, known);
  }

  private static BackupSource source(String disk, Checkpoint... checkpoints) {
    return sized(disk, 100, checkpoints);
  }

  private static BackupSource sized(String disk, long size, Checkpoint... checkpoints) {
    return new BackupSource(
        disk, disk + "-format", "qcow2", false, false, size, List.of(checkpoints));
  }

  private static Checkpoint old(long sequence) {
    return new Checkpoint(sequence, mark(sequence), false, false);
  }

  private static Checkpoint last(long sequence) {
    return new Checkpoint(sequence, mark(sequence), true, false);
  }

  /** The mark that the backup of that number has begun on vda. */
  private static String mark(long sequence) {
    return Checkpoint.bitmap(sequence, job(sequence), "vda");
  }

  private static JobId job(long sequence) {
    return new JobId("%012x".formatted(sequence));
  }

  private static Backup backup(String name, long sequence, String disk) {
    Path folder = DIRECTORY.resolve(name);
    return new Backup(
        new BackupName(name),
        new Backup.Origin(WEB, new DomainName("web"), "me", sequence, job(sequence)),
        Instant.EPOCH,
        folder,
        List.of(
            new BackedUpDisk(
                disk,
                folder.resolve(disk + ".qcow2"),
                ImageFormat.QCOW2,
                Extent.FULL,
                Optional.empty(),
                "",
                new Backup.Content(new ByteSize(100), 1, "00"))));
  }
}
