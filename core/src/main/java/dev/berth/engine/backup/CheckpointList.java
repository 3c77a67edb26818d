package dev.berth.engine.backup;

import dev.berth.backup.Checkpoint;
import dev.berth.backup.Checkpoint.MarkedDisk;
import dev.berth.backup.Checkpoint.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checkpoints of a domain, put together from the bitmaps in its images. Pure. */
public final class CheckpointList {
  private CheckpointList() {}

  /** A bitmap belongs to the checkpoint that has its number, its id and its name. */
  private record Mark(BackupSource source, BackupSource.Checkpoint bitmap) {
    Checkpoint of() {
      return new Checkpoint(bitmap.sequence(), bitmap.name(), bitmap.job(), List.of());
    }

    MarkedDisk disk() {
      State state =
          bitmap.inconsistent()
              ? State.BROKEN
              : bitmap.recording() ? State.RECORDING : State.CLOSED;
      return new MarkedDisk(source.disk(), state, bitmap.dirtyBytes());
    }
  }

  /** Those of these disks, the oldest first. */
  public static List<Checkpoint> of(List<BackupSource> sources) {
    Map<Checkpoint, List<MarkedDisk>> disks = new LinkedHashMap<>();
    sources.stream()
        .flatMap(source -> source.checkpoints().stream().map(bitmap -> new Mark(source, bitmap)))
        .sorted(Comparator.comparingLong(mark -> mark.bitmap().sequence()))
        .forEach(
            mark -> disks.computeIfAbsent(mark.of(), none -> new ArrayList<>()).add(mark.disk()));
    List<Checkpoint> all = new ArrayList<>();
    disks.forEach(
        (checkpoint, marked) ->
            all.add(
                new Checkpoint(
                    checkpoint.sequence(), checkpoint.name(), checkpoint.job(), marked)));
    return all;
  }
}
