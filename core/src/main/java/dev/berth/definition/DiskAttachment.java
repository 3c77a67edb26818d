package dev.berth.definition;

import dev.berth.definition.Disk.DiskDevice;
import java.util.Optional;

/**
 * How a disk is attached to its machine.
 *
 * @param bus what it is plugged into
 * @param cache what stands between the guest's writes and the storage
 * @param discard what becomes of space that the guest gives back; never given back by a read-only
 *     disk
 * @param serial the serial number that the guest sees; empty for the disk's name
 * @param iothread name of the thread that serves it; empty for QEMU's main loop
 * @param bootOrder its place in the boot order, from 1; empty when it has none of its own
 */
public record DiskAttachment(
    Bus bus,
    Cache cache,
    Discard discard,
    Optional<String> serial,
    Optional<String> iothread,
    Optional<Integer> bootOrder) {

  /** The same, served by QEMU's main loop. */
  public DiskAttachment(
      Bus bus, Cache cache, Discard discard, Optional<String> serial, Optional<Integer> bootOrder) {
    this(bus, cache, discard, serial, Optional.empty(), bootOrder);
  }

  /** The same, served by the thread of that name. */
  public DiskAttachment servedBy(String name) {
    return new DiskAttachment(bus, cache, discard, serial, Optional.of(name), bootOrder);
  }

  /** How such a device is attached when nothing else is asked for. */
  public static DiskAttachment usual(DiskDevice device) {
    return new DiskAttachment(
        Bus.usual(device), Cache.WRITEBACK, Discard.UNMAP, Optional.empty(), Optional.empty());
  }

  /** What a disk is plugged into. */
  public enum Bus {
    /** A PCI device of its own. */
    VIRTIO_BLK,
    /** A unit of the machine's one virtio SCSI controller. */
    VIRTIO_SCSI,
    /** A port of the machine's one AHCI controller, which cannot be hotplugged. */
    SATA;

    /** Where such a device goes when nothing else is asked for. */
    static Bus usual(DiskDevice device) {
      return switch (device) {
        case DISK -> VIRTIO_BLK;
        case CDROM -> VIRTIO_SCSI;
      };
    }
  }

  /** What stands between the guest's writes and the storage, by QEMU's names. */
  public enum Cache {
    /** The host's page cache; a flush of the guest reaches the storage. */
    WRITEBACK,
    /** No page cache (O_DIRECT); a flush of the guest reaches the storage. */
    NONE,
    /** The host's page cache for reads; each write reaches the storage. */
    WRITETHROUGH,
    /** No page cache (O_DIRECT); each write reaches the storage. */
    DIRECTSYNC,
    /** The host's page cache; flushes are ignored, so a crash of the host loses data. */
    UNSAFE;

    /** Whether the host's page cache is passed by. */
    public boolean isDirect() {
      return this == NONE || this == DIRECTSYNC;
    }

    /** Whether the guest sees a write cache that it has to flush. */
    public boolean hasWriteCache() {
      return this != WRITETHROUGH && this != DIRECTSYNC;
    }
  }

  /** What becomes of space that the guest gives back. */
  public enum Discard {
    /** It is given back to the host. */
    UNMAP,
    /** It stays allocated. */
    IGNORE
  }
}
