package dev.berth.definition;

import dev.berth.domain.LatencyBounds;
import dev.berth.domain.ResourceNames;
import dev.berth.domain.Throttle;
import dev.berth.image.ImageName;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A block device.
 *
 * @param name unique in the domain; also the stem of its node names and device id
 * @param device what the guest sees
 * @param stated the format of the image, always explicit, never guessed from content; empty only
 *     for an image of a pool, which has it on record, until the host has looked that up
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
    Optional<DiskFormat> stated,
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
    this(
        name,
        device,
        Optional.of(format),
        source,
        secret,
        access,
        attachment,
        DiskSettings.NONE,
        Backing.NONE);
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

  /**
   * The image's format.
   *
   * @throws IllegalStateException when it is on record with an image that is not looked up yet
   */
  public DiskFormat format() {
    return stated.orElseThrow(() -> new IllegalStateException("image not looked up: " + source));
  }

  /** Absolute path of the image, if it has one that is known. */
  public Optional<Path> file() {
    return source.flatMap(
        each ->
            each instanceof DiskSource.File file
                ? Optional.of(file.path())
                : each instanceof DiskSource.Image image ? image.path() : Optional.empty());
  }

  /** The name of the image, if it is one of a pool. */
  public Optional<ImageName> image() {
    return source
        .filter(DiskSource.Image.class::isInstance)
        .map(each -> ((DiskSource.Image) each).name());
  }

  /** The same disk, of whose image of a pool the host has looked up where and how it is. */
  public Disk found(Path path, DiskFormat format) {
    return with(
        Optional.of(format),
        Optional.of(new DiskSource.Image(image().orElseThrow(), Optional.of(path))),
        secret,
        backing);
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
    return new Disk(name, device, stated, source, secret, access, other, settings, backing);
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
    return new Disk(name, device, stated, source, secret, access, attachment, other, backing);
  }

  /** The same disk, of an image that may stand on others or not. */
  public Disk standingOn(Backing other) {
    return new Disk(name, device, stated, source, secret, access, attachment, settings, other);
  }

  /** The same disk, which nobody writes to. */
  public Disk readOnly() {
    return new Disk(
        name, device, stated, source, secret, Access.READ_ONLY, attachment, settings, backing);
  }

  /** The same drive with that raw image in it. */
  public Disk holding(Path medium) {
    return with(
        Optional.of(DiskFormat.RAW),
        Optional.of(new DiskSource.File(medium)),
        Optional.empty(),
        Backing.NONE);
  }

  /** The same disk, whose image was copied to that file, where it stands on nothing. */
  public Disk copiedTo(Path file, DiskFormat format) {
    return with(Optional.of(format), Optional.of(new DiskSource.File(file)), secret, Backing.NONE);
  }

  /** The same drive without a medium. */
  public Disk emptied() {
    return with(
        Optional.of(stated.orElse(DiskFormat.RAW)),
        Optional.empty(),
        Optional.empty(),
        Backing.NONE);
  }

  private Disk with(
      Optional<DiskFormat> otherFormat,
      Optional<DiskSource> otherSource,
      Optional<String> otherSecret,
      Backing otherBacking) {
    return new Disk(
        name,
        device,
        otherFormat,
        otherSource,
        otherSecret,
        access,
        attachment,
        settings,
        otherBacking);
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
