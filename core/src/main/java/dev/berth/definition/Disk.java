package dev.berth.definition;

import dev.berth.domain.LatencyBounds;
import dev.berth.domain.ResourceNames;
import dev.berth.domain.Throttle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A block device.
 *
 * @param name unique in the domain; also the stem of its node names and device id
 * @param device what the guest sees
 * @param format of the image, always explicit, never guessed from content
 * @param source where the image is; empty only for a CD-ROM drive without a medium
 * @param secret name of the secret that opens an encrypted image; empty for one that is not
 * @param access whether the guest may write
 * @param attachment how it is attached
 * @param settings what of it can be set another way later
 * @param backing whether the image may stand on others
 */
public record Disk(
    String name,
    DiskDevice device,
    DiskFormat format,
    Optional<DiskSource> source,
    Optional<String> secret,
    Access access,
    DiskAttachment attachment,
    DiskSettings settings,
    Backing backing)
    implements Pluggable {

  /** A disk that may be as fast as it can, of an image that stands on no other. */
  public Disk(
      String name,
      DiskDevice device,
      DiskFormat format,
      Optional<DiskSource> source,
      Optional<String> secret,
      Access access,
      DiskAttachment attachment) {
    this(name, device, format, source, secret, access, attachment, DiskSettings.NONE, Backing.NONE);
  }

  /** A disk in a file that is not encrypted. */
  public Disk(
      String name,
      DiskDevice device,
      DiskFormat format,
      Optional<Path> file,
      Access access,
      DiskAttachment attachment) {
    this(
        name, device, format, file.map(DiskSource.File::new), Optional.empty(), access, attachment);
  }

  /** The same, attached in the usual way. */
  public Disk(
      String name, DiskDevice device, DiskFormat format, Optional<Path> file, Access access) {
    this(name, device, format, file, access, DiskAttachment.usual(device));
  }

  /** Absolute path of the image, if it has one. */
  public Optional<Path> file() {
    return source
        .filter(DiskSource.File.class::isInstance)
        .map(each -> ((DiskSource.File) each).path());
  }

  /** The name by which the image's descriptor is given, if it is one that is open already. */
  public Optional<String> descriptor() {
    return source
        .filter(DiskSource.Descriptor.class::isInstance)
        .map(each -> ((DiskSource.Descriptor) each).name());
  }

  /** How fast it may be. */
  public Throttle throttle() {
    return settings.throttle();
  }

  /** How it is counted how long its requests take. */
  public LatencyBounds latencies() {
    return settings.latencies();
  }

  @Override
  public DeviceKind kind() {
    return DeviceKind.DISK;
  }

  @Override
  public ResourceNames resources() {
    return new ResourceNames(
        descriptor().map(Set::of).orElse(Set.of()), secret.map(Set::of).orElse(Set.of()));
  }

  @Override
  public DomainDefinition addedTo(DomainDefinition definition) {
    return definition.with(this);
  }

  /** The same disk, attached that way. */
  public Disk attachedBy(DiskAttachment other) {
    return new Disk(name, device, format, source, secret, access, other, settings, backing);
  }

  /** The same disk with those limits. */
  public Disk throttledBy(Throttle other) {
    return setTo(new DiskSettings(other, latencies()));
  }

  /** The same disk, of whose requests it is counted how long they take. */
  public Disk counting(LatencyBounds other) {
    return setTo(new DiskSettings(throttle(), other));
  }

  private Disk setTo(DiskSettings other) {
    return new Disk(name, device, format, source, secret, access, attachment, other, backing);
  }

  /** The same disk, of an image that may stand on others or not. */
  public Disk standingOn(Backing other) {
    return new Disk(name, device, format, source, secret, access, attachment, settings, other);
  }

  /** The same disk, which nobody writes to. */
  public Disk readOnly() {
    return new Disk(
        name, device, format, source, secret, Access.READ_ONLY, attachment, settings, backing);
  }

  /** The same drive with that raw image in it. */
  public Disk holding(Path medium) {
    return with(DiskFormat.RAW, Optional.of(new DiskSource.File(medium)));
  }

  /** The same drive without a medium. */
  public Disk emptied() {
    return with(format, Optional.empty());
  }

  private Disk with(DiskFormat otherFormat, Optional<DiskSource> otherSource) {
    return new Disk(
        name,
        device,
        otherFormat,
        otherSource,
        Optional.empty(),
        access,
        attachment,
        settings,
        Backing.NONE);
  }

  /** What the guest sees. */
  public enum DiskDevice {
    /** A hard disk. */
    DISK,
    /** A read-only CD-ROM drive. */
    CDROM
  }

  /** Image formats, by the names of their QEMU block drivers. */
  public enum DiskFormat {
    QCOW2,
    RAW
  }

  /** Whether an image may stand on others, which its header names. */
  public enum Backing {
    /** It stands on none. */
    NONE,
    /** The files are used that the headers name, one after the other. */
    FOLLOW
  }

  /** Whether the guest may write. */
  public enum Access {
    READ_WRITE,
    READ_ONLY
  }
}
