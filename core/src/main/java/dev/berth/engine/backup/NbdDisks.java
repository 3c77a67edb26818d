package dev.berth.engine.backup;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.nbd.NbdErrorException;
import dev.berth.nbd.NbdExport;
import dev.berth.nbd.NbdExport.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Disks that are served, as an NBD client of this process sees them. */
public final class NbdDisks implements ServedDisks {
  /** So that an answer has less than half a megabyte. */
  static final int MOST_EXTENTS = 4096;

  /** A disk that is read at the same time may take its time. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int PROBED_BYTES = 512;
  private static final int DIRTY = 1; // of qemu:dirty-bitmap
  private static final int ZERO = 2; // of base:allocation

  @Override
  public Optional<String> damage(PullBackup backup, ExportedDisk disk) {
    try (NbdExport export = connect(backup, disk, List.of(PullBackup.ALLOCATION))) {
      export.probe(0, Math.toIntExact(Math.min(PROBED_BYTES, export.size())));
      return Optional.empty();
    } catch (NbdErrorException refused) {
      return Optional.of(failure(disk, refused).getMessage());
    } catch (IOException | DeadlineExceededException e) {
      throw new HostFailureException(
          "It is not known whether disk '"
              + disk.disk()
              + "' can still be read as it was: "
              + e.getMessage()
              + ". It is served on; try again.",
          e);
    }
  }

  @Override
  public DiskExtents extents(PullBackup backup, ExportedDisk disk, long from) {
    List<String> contexts = new ArrayList<>(List.of(PullBackup.ALLOCATION));
    disk.changes().ifPresent(contexts::add);
    List<DiskExtent> extents = new ArrayList<>();
    long offset = from;
    try (NbdExport export = connect(backup, disk, contexts)) {
      while (offset < export.size() && extents.size() < MOST_EXTENTS) {
        offset = append(extents, offset, export.status(offset), disk);
      }
      boolean isLast = offset >= export.size() && extents.size() <= MOST_EXTENTS;
      if (extents.size() > MOST_EXTENTS) {
        extents.subList(MOST_EXTENTS, extents.size()).clear();
        DiskExtent last = extents.get(MOST_EXTENTS - 1);
        offset = last.offset() + last.length();
      }
      return new DiskExtents(extents, isLast ? OptionalLong.empty() : OptionalLong.of(offset));
    } catch (IOException | DeadlineExceededException e) {
      throw failure(disk, e);
    }
  }

  private static NbdExport connect(PullBackup backup, ExportedDisk disk, List<String> contexts)
      throws IOException {
    return NbdExport.connect(backup.socket(), disk.disk(), disk.size().bytes(), contexts, PATIENCE);
  }

  /** Appends as far as all contexts go; tells how far that is. */
  private static long append(
      List<DiskExtent> extents, long from, Map<String, List<Run>> told, ExportedDisk disk) {
    Cursor allocation = new Cursor(told.getOrDefault(PullBackup.ALLOCATION, List.of()));
    Cursor changes =
        new Cursor(
            disk.changes()
                .map(context -> told.getOrDefault(context, List.of()))
                .orElse(List.of(new Run(Long.MAX_VALUE, DIRTY))));
    long offset = from;
    while (allocation.isThere() && changes.isThere()) {
      long length = Math.min(allocation.left(), changes.left());
      add(
          extents,
          new DiskExtent(
              offset, length, (changes.flags() & DIRTY) != 0, (allocation.flags() & ZERO) != 0));
      allocation.skip(length);
      changes.skip(length);
      offset += length;
    }
    return offset;
  }

  /** Two that are the same are one. */
  private static void add(List<DiskExtent> extents, DiskExtent next) {
    int last = extents.size() - 1;
    if (last >= 0
        && extents.get(last).dirty() == next.dirty()
        && extents.get(last).zero() == next.zero()) {
      DiskExtent before = extents.get(last);
      extents.set(
          last,
          new DiskExtent(
              before.offset(), before.length() + next.length(), next.dirty(), next.zero()));
    } else {
      extents.add(next);
    }
  }

  /** A place in the runs of one context. */
  private static final class Cursor {
    private final Iterator<Run> runs;
    private Run run = new Run(0, 0);
    private long left;

    Cursor(List<Run> runs) {
      this.runs = runs.iterator();
      skip(0);
    }

    boolean isThere() {
      return left > 0;
    }

    long left() {
      return left;
    }

    int flags() {
      return run.flags();
    }

    void skip(long length) {
      left -= length;
      if (left == 0 && runs.hasNext()) {
        run = runs.next();
        left = run.length();
      }
    }
  }

  private static HostFailureException failure(ExportedDisk disk, Exception cause) {
    return new HostFailureException(
        "Disk '" + disk.disk() + "' cannot be read as it was: " + cause.getMessage() + ".", cause);
  }
}
