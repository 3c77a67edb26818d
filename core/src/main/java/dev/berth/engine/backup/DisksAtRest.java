package dev.berth.engine.backup;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The disks of a domain that has no machine, as its definition and the headers of their images have
 * them. Reads files: for threads that storage may hold up.
 */
public final class DisksAtRest {
  /** The name of no disk. */
  private static final Set<String> NONE = Set.of("");

  private final DomainDefinition definition;
  private final ImageFiles images;
  private final Set<String> wanted;

  /**
   * Those of one domain.
   *
   * @param wanted names of those that it is about; empty for all that a guest can write to
   */
  public DisksAtRest(DomainDefinition definition, ImageFiles images, Set<String> wanted) {
    this.definition = definition;
    this.images = images;
    this.wanted = wanted;
  }

  /** All of a domain, of which none needs to be readable. */
  public static DisksAtRest asFarAsTheyTell(DomainDefinition definition, ImageFiles images) {
    return new DisksAtRest(definition, images, NONE);
  }

  /**
   * Those that what stands in for a machine is to open, for reading. An encrypted one is none of
   * them: what is on it is not read.
   *
   * @throws InvalidStateException naming one whose image is given with each start
   */
  public List<Disk> toOpen() {
    List<Disk> disks = writable().stream().filter(this::isWanted).toList();
    for (Disk disk : disks) {
      if (disk.descriptor().isPresent()) {
        throw new InvalidStateException(
            "Cannot back up disk '"
                + disk.name()
                + "' of domain '"
                + definition.name()
                + "': its image is given with each start, and nobody gives it now. Start the domain"
                + " first, or leave the disk out.");
      }
    }
    return disks.stream().filter(disk -> disk.secret().isEmpty()).map(Disk::readOnly).toList();
  }

  private List<Disk> writable() {
    return definition.disks().stream()
        .filter(disk -> disk.device() == DiskDevice.DISK)
        .filter(disk -> disk.access() == Access.READ_WRITE)
        .toList();
  }

  private boolean isWanted(Disk disk) {
    return wanted.isEmpty() || wanted.contains(disk.name());
  }

  /**
   * What a guest can write to. Of one that is not wanted, an image that cannot be read counts as
   * one that says nothing.
   *
   * @param opened by what stands in for a machine, as {@link #toOpen} has told
   */
  public List<BackupSource> sources(List<DeviceRecord> opened) {
    List<BackupSource> sources = new ArrayList<>();
    for (Disk disk : writable()) {
      Optional<String> node =
          opened.stream()
              .filter(device -> device.name().equals(disk.name()))
              .map(DeviceRecord::nodes)
              .map(nodes -> nodes.get(0))
              .findFirst();
      sources.add(source(disk, node.orElse(""), content(disk)));
    }
    return sources;
  }

  private ImageContent content(Disk disk) {
    if (disk.file().isEmpty() && !isWanted(disk)) {
      return new ImageContent(0, false, List.of());
    }
    try {
      return images.content(disk.file().orElseThrow(), format(disk));
    } catch (BerthException unreadable) {
      if (isWanted(disk)) {
        throw unreadable;
      }
      return new ImageContent(0, false, List.of());
    }
  }

  private static BackupSource source(Disk disk, String node, ImageContent content) {
    return new BackupSource(
        disk.name(),
        node,
        format(disk).text(),
        content.isEncrypted(),
        false, // nothing writes to it, whatever is to serve it
        content.bytes(),
        content.bitmaps().stream()
            .map((ImageBitmap bitmap) -> Checkpoint.of(bitmap))
            .flatMap(Optional::stream)
            .toList());
  }

  private static ImageFormat format(Disk disk) {
    boolean isQcow2 = disk.stated().equals(Optional.of(DiskFormat.QCOW2));
    return isQcow2 ? ImageFormat.QCOW2 : ImageFormat.RAW; // also when it is not wanted, nor known
  }
}
