package dev.berth.engine.backup;

import dev.berth.backup.CheckpointName;
import dev.berth.definition.DeviceKind;
import dev.berth.domain.DomainName;
import dev.berth.image.ImageBitmap;
import dev.berth.job.JobId;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockDirtyInfo;
import dev.berth.qapi.block.BlockInfo;
import dev.berth.qapi.block.ImageInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A disk that the guest can write to, as QEMU has it now, or its image while there is no machine.
 *
 * @param disk its name in the definition
 * @param node the node that the guest reads and writes
 * @param driver of the node
 * @param encrypted whether its image is
 * @param hasThread whether an iothread serves it
 * @param size in bytes
 * @param checkpoints ours in its image, the oldest first
 */
public record BackupSource(
    String disk,
    String node,
    String driver,
    boolean encrypted,
    boolean hasThread,
    long size,
    List<Checkpoint> checkpoints) {
  private static final Pattern OURS =
      Pattern.compile("berth-([0-9]{6,18})-([0-9a-f]{12})-([^@]+)(?:@(.+))?");

  /**
   * A bitmap of ours: since that backup, or until the next one, what the guest writes is noted in
   * it. It is in the image itself, so that it goes where the image goes.
   *
   * @param sequence numbers the domain's backups in their order
   * @param bitmap its name
   * @param recording whether it is the one in which writes are noted now
   * @param inconsistent whether QEMU ended without having saved it, so that it is of no use
   * @param dirtyBytes how much was noted in it
   */
  public record Checkpoint(
      long sequence, String bitmap, boolean recording, boolean inconsistent, long dirtyBytes) {

    /** One of which it does not matter how much was noted. */
    public Checkpoint(long sequence, String bitmap, boolean recording, boolean inconsistent) {
      this(sequence, bitmap, recording, inconsistent, 0);
    }

    /**
     * The name of the bitmap that begins with the backup that a job makes of a disk: no other has
     * it, so that none is taken for it when images are moved, or QEMU is killed.
     */
    public static String bitmap(long sequence, JobId job, String disk) {
      return "berth-%06d-%s-%s".formatted(sequence, job, disk);
    }

    /** Whether it began with what that job has done. */
    boolean isOf(JobId job) {
      return bitmap.startsWith("berth-%06d-%s-".formatted(sequence, job));
    }

    /** The name of the bitmap that begins with a checkpoint which somebody has named. */
    public static String bitmap(long sequence, JobId id, String disk, CheckpointName name) {
      return bitmap(sequence, id, disk) + "@" + name;
    }

    /** The job of the backup with which it began, or what a named one has in the place of that. */
    JobId job() {
      return new JobId(part(2).orElseThrow());
    }

    /** The name that somebody gave it; empty when it began with a backup. */
    Optional<CheckpointName> name() {
      return part(4).filter(DomainName::isLegal).map(CheckpointName::new);
    }

    private Optional<String> part(int group) {
      Matcher parts = OURS.matcher(bitmap);
      return parts.matches() ? Optional.ofNullable(parts.group(group)) : Optional.empty();
    }

    /** The one that QEMU tells of, if it is ours. */
    static Optional<Checkpoint> of(BlockDirtyInfo bitmap) {
      return of(
          new ImageBitmap(
              bitmap.name().orElse(""),
              bitmap.recording().orElse(false),
              bitmap.inconsistent().orElse(false)),
          bitmap.count());
    }

    /** The one that is in an image, if it is ours; how much was noted in it is not read. */
    static Optional<Checkpoint> of(ImageBitmap bitmap) {
      return of(bitmap, 0);
    }

    private static Optional<Checkpoint> of(ImageBitmap bitmap, long dirtyBytes) {
      Matcher ours = OURS.matcher(bitmap.name());
      return ours.matches()
          ? Optional.of(
              new Checkpoint(
                  Long.parseLong(ours.group(1)),
                  ours.group(),
                  bitmap.recording(),
                  bitmap.inconsistent(),
                  dirtyBytes))
          : Optional.empty();
    }

    /** Whether a bitmap of that name is ours. */
    public static boolean isOurs(String name) {
      return OURS.matcher(name).matches();
    }
  }

  public BackupSource {
    checkpoints =
        checkpoints.stream().sorted(Comparator.comparingLong(Checkpoint::sequence)).toList();
  }

  /** Whether its image keeps checkpoints. */
  boolean keepsCheckpoints() {
    return driver.equals("qcow2");
  }

  /**
   * Whether one begins in it at a moment that is known. An iothread writes between the begin of one
   * and the end of the other, so that the new one might miss a write and be trusted later.
   */
  boolean beginsCheckpoints() {
    return keepsCheckpoints() && !hasThread;
  }

  Optional<Checkpoint> checkpoint(String bitmap) {
    return checkpoints.stream().filter(it -> it.bitmap().equals(bitmap)).findFirst();
  }

  /** The one that is noted in now. */
  Optional<Checkpoint> recording() {
    return checkpoints.stream()
        .filter(it -> it.recording() && !it.inconsistent())
        .reduce((before, last) -> last);
  }

  /**
   * Those of a machine, in the order of its record. What a guest has is asked of QEMU: somebody may
   * have put another node in the place of the one on record, by hand.
   */
  public static List<BackupSource> of(LaunchRecord launch, List<BlockInfo> devices) {
    List<BackupSource> sources = new ArrayList<>();
    for (DeviceRecord disk : PluggedDevice.devices(launch, DeviceKind.DISK)) {
      if (!DriveMedium.isDrive(disk)) {
        devices.stream()
            .filter(device -> device.qdev().equals(Optional.of(DiskThrottle.backend(disk))))
            .map(BlockInfo::inserted)
            .flatMap(Optional::stream)
            .filter(node -> !node.ro() && node.nodeName().isPresent())
            .findFirst()
            .ifPresent(node -> sources.add(of(launch, disk, node)));
      }
    }
    return sources;
  }

  private static BackupSource of(LaunchRecord launch, DeviceRecord device, BlockDeviceInfo node) {
    return new BackupSource(
        device.name(),
        node.nodeName().orElseThrow(),
        node.drv(),
        node.encrypted(),
        Iothreads.serveAny(launch, device),
        node.image().map(ImageInfo::virtualSize).orElse(0L),
        node.dirtyBitmaps().orElse(List.of()).stream()
            .map((BlockDirtyInfo bitmap) -> Checkpoint.of(bitmap))
            .flatMap(Optional::stream)
            .toList());
  }
}
