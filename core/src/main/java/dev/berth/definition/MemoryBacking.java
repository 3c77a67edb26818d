package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the host backs a guest's memory with.
 *
 * @param kind where the memory comes from
 * @param hugepages size of its pages, of kind {@link Kind#MEMFD} only; empty for ordinary pages
 * @param directory absolute path of a directory on a memory file system, of kind {@link Kind#FILE}
 *     only
 * @param sharing whether other processes can map it, as vhost-user and virtio-fs need
 * @param allocation when the host's memory is taken
 */
public record MemoryBacking(
    Kind kind,
    Optional<ByteSize> hugepages,
    Optional<Path> directory,
    Sharing sharing,
    Allocation allocation) {

  /** Ordinary memory, taken as the guest uses it. */
  public static final MemoryBacking USUAL =
      new MemoryBacking(
          Kind.ANONYMOUS, Optional.empty(), Optional.empty(), Sharing.PRIVATE, Allocation.ON_USE);

  /** What a virtio-mem device takes, and transparent huge pages are, on x86. */
  private static final ByteSize BLOCK = ByteSize.mebibytes(2);

  private static final ByteSize DIMM_BLOCK = ByteSize.mebibytes(128);

  /** Shared memory without a file system, taken as the guest uses it. */
  private static final MemoryBacking SHARED =
      new MemoryBacking(
          Kind.MEMFD, Optional.empty(), Optional.empty(), Sharing.SHARED, Allocation.ON_USE);

  /** The steps in which memory so backed grows and shrinks while a machine runs. */
  public ByteSize block() {
    return hugepages.orElse(BLOCK);
  }

  /** The steps in which it grows by DIMMs: what Linux takes as a whole on x86, or a huge page. */
  public ByteSize dimmBlock() {
    return hugepages.filter(page -> page.compareTo(DIMM_BLOCK) > 0).orElse(DIMM_BLOCK);
  }

  /** Whether other processes can map it. */
  public boolean isMappable() {
    return sharing == Sharing.SHARED && kind != Kind.ANONYMOUS;
  }

  /** The same, but in place of the usual one memory that other processes can map. */
  public MemoryBacking orMappable() {
    return equals(USUAL) ? SHARED : this;
  }

  /** Where memory comes from. */
  public enum Kind {
    /** Memory of QEMU's process. */
    ANONYMOUS,
    /** A memfd, which needs no file system; the way to huge pages. */
    MEMFD,
    /** A file without a name in a directory, of a mounted hugetlbfs for example. */
    FILE
  }

  /** Whether other processes can map it. */
  public enum Sharing {
    SHARED,
    PRIVATE
  }

  /** When the host's memory is taken. */
  public enum Allocation {
    /** All of it before the guest starts. */
    AT_START,
    /** As the guest uses it. */
    ON_USE
  }
}
