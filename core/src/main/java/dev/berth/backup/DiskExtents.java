package dev.berth.backup;

import dev.berth.api.Api;
import java.util.List;
import java.util.OptionalLong;

/**
 * A part of what there is of a disk that is served: its extents in their order, without gaps.
 *
 * @param extents those of this part, a few thousand at most
 * @param next where the next part begins; empty when this is the last
 */
@Api(since = "0.1")
public record DiskExtents(List<DiskExtent> extents, OptionalLong next) {

  /** Copies the list. */
  public DiskExtents {
    extents = List.copyOf(extents);
  }

  /**
   * A range of a disk that is the same throughout.
   *
   * @param offset in bytes
   * @param length in bytes, more than none
   * @param dirty whether something may have been written there since the earlier one; always where
   *     there is none
   * @param zero whether it reads as zeroes
   */
  public record DiskExtent(long offset, long length, boolean dirty, boolean zero) {}
}
