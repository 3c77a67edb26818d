package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.Checkpoint;
import dev.berth.backup.Checkpoint.MarkedDisk;
import dev.berth.backup.Checkpoint.State;
import dev.berth.backup.CheckpointName;
import dev.berth.engine.backup.BackupSource;
import dev.berth.engine.backup.CheckpointAdjustment;
import dev.berth.engine.backup.CheckpointAdjustment.NewMark;
import dev.berth.engine.backup.CheckpointList;
import dev.berth.engine.backup.CheckpointRemoval;
import dev.berth.engine.backup.CheckpointRemoval.OldMark;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.job.JobId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What checkpoints do to the bitmaps in images, and what is told of them from these alone. */
final class CheckpointTest {
  private static final CheckpointName PATCH = new CheckpointName("before-patch");
  private static final JobId ID = new JobId("0123456789ab");
  private static final JobId OLD = new JobId("ba9876543210");

  @Test
  void aCheckpointIsNotedInAfterTheOneBeforeOnAllDisks() {
    CheckpointAdjustment planned =
        create(Set.of()).planned(List.of(disk("vda", mark(4, "vda", true)), disk("vdb")), ID);

    assertThat(planned.marks())
        .containsExactly(
            new NewMark(
                "vda-node",
                "berth-000005-0123456789ab-vda@before-patch",
                Optional.of("berth-000004-ba9876543210-vda")),
            new NewMark(
                "vdb-node", "berth-000005-0123456789ab-vdb@before-patch", Optional.empty()));
    assertThat(CheckpointAdjustment.read("before-patch", planned.facts()))
        .isEqualTo(new CheckpointAdjustment(PATCH, Set.of(), planned.marks()));
  }

  @Test
  void disksThatCannotHaveOneAreLeftOutOrNamed() {
    BackupSource raw = new BackupSource("vdr", "n", "raw", false, false, 1, List.of());
    BackupSource served = new BackupSource("vds", "n", "qcow2", false, true, 1, List.of());

    assertThat(create(Set.of()).planned(List.of(raw, served, disk("vda")), ID).marks()).hasSize(1);
    assertThatThrownBy(() -> create(Set.of("vda", "vdr")).planned(List.of(raw, disk("vda")), ID))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContainingAll("'before-patch'", "disk 'vdr': a raw image keeps no note");
    assertThatThrownBy(() -> create(Set.of()).planned(List.of(served), ID))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("its iothread writes");
    assertThatThrownBy(() -> create(Set.of("vdz")).planned(List.of(disk("vda")), ID))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("no disk vdz", "it has vda");
  }

  @Test
  void aNameIsTakenOnce() {
    assertThatThrownBy(
            () -> create(Set.of()).planned(List.of(disk("vda", named(4, "vda", true))), ID))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("'before-patch'");
  }

  @Test
  void whatIsDeletedGoesToTheOneBefore() {
    CheckpointRemoval found =
        delete()
            .found(
                List.of(
                    disk(
                        "vda", mark(3, "vda", false), named(4, "vda", false), mark(5, "vda", true)),
                    disk("vdb", mark(3, "vdb", false), named(4, "vdb", true)),
                    disk("vdc", named(4, "vdc", true)),
                    disk("vdd", mark(3, "vdd", true))));

    assertThat(found.marks())
        .containsExactly(
            old("vda", false, Optional.of("berth-000003-ba9876543210-vda")),
            old("vdb", true, Optional.of("berth-000003-ba9876543210-vdb")),
            old("vdc", true, Optional.empty()));
    assertThat(CheckpointRemoval.read("before-patch", found.facts())).isEqualTo(found);
  }

  private static OldMark old(String disk, boolean recording, Optional<String> before) {
    return new OldMark(
        disk + "-node", "berth-000004-ba9876543210-" + disk + "@before-patch", recording, before);
  }

  @Test
  void whatIsNotThereOrBrokenIsNotDeleted() {
    assertThatThrownBy(() -> delete().found(List.of(disk("vda", mark(3, "vda", true)))))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("'before-patch'");
    BackupSource.Checkpoint broken =
        new BackupSource.Checkpoint(4, named(4, "vda", false).bitmap(), false, true);
    assertThatThrownBy(() -> delete().found(List.of(disk("vda", broken))))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContainingAll("disk 'vda'", "The next backup removes it.");
  }

  @Test
  void theImagesTellAllThereIs() {
    List<Checkpoint> all =
        CheckpointList.of(
            List.of(
                disk("vda", mark(3, "vda", false), named(4, "vda", true)),
                disk("vdb", named(4, "vdb", true))));

    assertThat(all)
        .containsExactly(
            new Checkpoint(
                3, Optional.empty(), OLD, List.of(new MarkedDisk("vda", State.CLOSED, 7))),
            new Checkpoint(
                4,
                Optional.of(PATCH),
                OLD,
                List.of(
                    new MarkedDisk("vda", State.RECORDING, 7),
                    new MarkedDisk("vdb", State.RECORDING, 7))));
  }

  // ---- its parts

  private static CheckpointAdjustment create(Set<String> disks) {
    return new CheckpointAdjustment(PATCH, disks, List.of());
  }

  private static CheckpointRemoval delete() {
    return new CheckpointRemoval(PATCH, List.of());
  }

  private static BackupSource disk(String name, BackupSource.Checkpoint... checkpoints) {
    return new BackupSource(name, name + "-node", "qcow2", false, false, 1, List.of(checkpoints));
  }

  private static BackupSource.Checkpoint mark(long sequence, String disk, boolean recording) {
    String bitmap = BackupSource.Checkpoint.bitmap(sequence, OLD, disk);
    return new BackupSource.Checkpoint(sequence, bitmap, recording, false, 7);
  }

  private static BackupSource.Checkpoint named(long sequence, String disk, boolean recording) {
    String bitmap = BackupSource.Checkpoint.bitmap(sequence, OLD, disk, PATCH);
    return new BackupSource.Checkpoint(sequence, bitmap, recording, false, 7);
  }
}
