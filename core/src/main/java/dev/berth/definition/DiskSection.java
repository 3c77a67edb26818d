package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskAttachment.Cache;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.Throttle;
import dev.berth.image.ImageName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of an item of {@code disks}. */
final class DiskSection {
  private static final Key<Disk, String> NAME =
      Key.required(
          "name",
          DeviceNames.TYPE,
          "name: root",
          Disk::name,
          "Unique among the domain's disks; messages and later commands call the disk by it.");

  private static final Key<Disk, Path> FILE =
      Key.optional(
          "file",
          new PathType(),
          "for a cdrom, a drive without a medium; a disk needs it, or `image`, or `fd`",
          DiskSection::file,
          "The image. A relative path starts from the directory of the document.");

  private static final Key<Disk, ImageName> IMAGE =
      Key.optional(
          "image",
          new TextType<>(
              "an image of a pool such as fast/web.qcow2",
              Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[A-Za-z0-9][A-Za-z0-9._-]{0,127}"),
              ImageName::of,
              ImageName::text),
          "the image is found by `file`",
          Disk::image,
          "In place of `file`: an image of a pool, by the name that the host knows it by. Each start"
              + " looks up where it is and what its format is.");

  private static final Key<Disk, String> FD =
      Key.optional(
          "fd",
          ResourceKeys.NAME,
          "the image is found by `file`",
          Disk::descriptor,
          "In place of `file`: the image is a file or block device that is open already. Whoever"
              + " starts the domain gives its descriptor by this name.");

  private static final Key<Disk, DiskFormat> FORMAT =
      Key.optional(
          "format",
          ChoiceType.of(DiskFormat.class),
          "with `image`, what is on record of it; **required** else",
          Disk::stated,
          "The image's format. It is never guessed from content, which the guest can write.");

  private static final Key<Disk, String> SECRET =
      Key.optional(
          "secret",
          ResourceKeys.NAME,
          "the image is not encrypted",
          Disk::secret,
          "The image is encrypted with LUKS. Whoever starts the domain gives the passphrase by this"
              + " name. Only with `format: qcow2`.");

  private static final Key<Disk, Backing> BACKING =
      Key.optional(
          "backing",
          ChoiceType.of(Backing.class),
          "`none`",
          disk -> Optional.of(disk.backing()).filter(backing -> backing != Backing.NONE),
          "Whether the image may stand on others. With `none`, one whose header names a backing file"
              + " is refused; with `follow`, the files are used that the headers name, read-only:"
              + " say so only of images whose makers may read any file of the host. Only with"
              + " `format: qcow2`.");

  private static final Key<Disk, DiskDevice> DEVICE =
      Key.defaulted(
          "device",
          ChoiceType.of(DiskDevice.class),
          DiskDevice.DISK,
          Disk::device,
          "What the guest sees: a disk, or a CD-ROM drive.");

  private static final Key<Disk, Access> READ_ONLY =
      Key.optional(
          "read-only",
          new SwitchType<>(Access.READ_ONLY, Access.READ_WRITE),
          "`false` for a disk, `true` for a cdrom",
          disk -> Optional.of(disk.access()),
          "Whether the guest is kept from writing. A cdrom is always read-only.");

  private static final Key<Disk, Bus> BUS =
      Key.optional(
          "bus",
          ChoiceType.of(Bus.class),
          "`virtio-blk` for a disk, `virtio-scsi` for a cdrom",
          disk -> Optional.of(disk.attachment().bus()),
          "What it is plugged into. `sata` is for guests without virtio drivers: it takes at most"
              + " six, and none of them can be plugged or unplugged while the machine runs.");

  private static final Key<Disk, Cache> CACHE =
      Key.defaulted(
          "cache",
          ChoiceType.of(Cache.class),
          Cache.WRITEBACK,
          disk -> disk.attachment().cache(),
          "What stands between the guest's writes and the storage. `none` and `directsync` pass by"
              + " the host's page cache; with `writethrough` and `directsync` each write reaches the"
              + " storage; `unsafe` ignores the guest's flushes.");

  private static final Key<Disk, Discard> DISCARD =
      Key.defaulted(
          "discard",
          ChoiceType.of(Discard.class),
          Discard.UNMAP,
          disk -> disk.attachment().discard(),
          "Whether space that the guest discards is given back to the host. A read-only disk gives"
              + " none back.");

  private static final Key<Disk, String> SERIAL =
      Key.optional(
          "serial",
          TextType.of("a serial number of 1 to 20 of A-Z a-z 0-9 . _ -", "[A-Za-z0-9._-]{1,20}"),
          "the disk's name",
          disk -> disk.attachment().serial(),
          "The serial number that the guest sees.");

  static final String IOTHREAD = "iothread";

  private static final Key<Disk, String> SERVED_BY =
      Key.optional(
          IOTHREAD,
          DeviceNames.TYPE,
          "QEMU's main loop",
          disk -> disk.attachment().iothread(),
          "The one of `iothreads` that serves the disk. Disks on `virtio-scsi` with the same one share"
              + " a controller, which takes a place; `sata` has none.");

  private static final Key<Disk, Integer> BOOT_ORDER =
      BootOrder.key(disk -> disk.attachment().bootOrder());

  private static final Key<Disk, Throttle> THROTTLE =
      Key.optional(
          "throttle",
          ThrottleSection.SECTION,
          "no limits",
          disk -> Optional.of(disk.throttle()).filter(limits -> !limits.equals(Throttle.NONE)),
          "How fast it may be. A drive without a medium has no limits until it has one.");

  static final String LATENCY_HISTOGRAM = "latency-histogram";

  private static final Key<Disk, LatencyBounds> LATENCIES =
      Key.optional(
          LATENCY_HISTOGRAM,
          new LatencyType(),
          "`false`",
          disk -> Optional.of(disk.latencies()).filter(LatencyBounds::isOn),
          "Whether it is counted how long reads, writes and flushes take, and between which bounds;"
              + " `true` is for 50us to 1s. The counts are in the figures of the domain.");

  static final Section<Disk> SECTION =
      new Section<>(
          "a disk",
          List.of(
              NAME,
              FILE,
              IMAGE,
              FD,
              FORMAT,
              SECRET,
              BACKING,
              DEVICE,
              READ_ONLY,
              BUS,
              CACHE,
              DISCARD,
              SERIAL,
              SERVED_BY,
              BOOT_ORDER,
              THROTTLE,
              LATENCIES),
          DiskSection::check,
          DiskSection::build,
          DiskSection::addChecks);

  private DiskSection() {}

  private static void check(Values<Disk> values, Place place) {
    DeviceNames.check("disk", NAME, values, place);
    BootOrder.check(BOOT_ORDER, values, place);
    Optional<DiskDevice> device = values.find(DEVICE);
    if (device.equals(Optional.of(DiskDevice.CDROM))
        && values.find(READ_ONLY).equals(Optional.of(Access.READ_WRITE))) {
      place
          .key(READ_ONLY.name())
          .report(
              values.position(READ_ONLY),
              "a cdrom is always read-only: remove the key, or use 'device: disk'");
    }
    if (device.equals(Optional.of(DiskDevice.CDROM))
        && values.find(BUS).equals(Optional.of(Bus.VIRTIO_BLK))) {
      place
          .key(BUS.name())
          .report(
              values.position(BUS),
              "a cdrom cannot be on virtio-blk: use 'bus: virtio-scsi' or 'bus: sata'");
    }
    checkIothread(values, place);
    checkImage(device, values, place);
  }

  private static void checkIothread(Values<Disk> values, Place place) {
    if (values.isGiven(SERVED_BY) && values.find(BUS).equals(Optional.of(Bus.SATA))) {
      place
          .key(IOTHREAD)
          .report(
              values.position(SERVED_BY),
              "a disk on sata is served by QEMU's main loop: use 'bus: virtio-blk' or"
                  + " 'bus: virtio-scsi', or remove the key");
    }
  }

  private static void checkImage(Optional<DiskDevice> device, Values<Disk> values, Place place) {
    ResourceKeys.checkDescriptor(FD, values, place);
    checkSource(device, values, place);
    if (!values.isGiven(FORMAT) && !values.isGiven(IMAGE)) {
      place.report(
          values.position(FORMAT), "key 'format' is missing: add 'format: qcow2', for example");
    }
    if (values.isGiven(SECRET) && values.find(FORMAT).equals(Optional.of(DiskFormat.RAW))) {
      place
          .key(SECRET.name())
          .report(
              values.position(SECRET),
              "only images of 'format: qcow2' can be encrypted: remove the key, or convert the"
                  + " image");
    }
    if (values.find(BACKING).equals(Optional.of(Backing.FOLLOW))
        && values.find(FORMAT).equals(Optional.of(DiskFormat.RAW))) {
      place
          .key(BACKING.name())
          .report(
              values.position(BACKING),
              "only images of 'format: qcow2' can stand on others: remove the key");
    }
    for (Key<Disk, String> late : List.of(FD, SECRET)) {
      if (values.isGiven(late) && values.find(BUS).equals(Optional.of(Bus.SATA))) {
        place
            .key(late.name())
            .report(
                values.position(late),
                String.format(
                    "a disk with '%s' cannot be on sata, whose disks are there before it can be"
                        + " given: use 'bus: virtio-scsi'",
                    late.name()));
      }
    }
  }

  /** One way to the image is enough. */
  private static void checkSource(Optional<DiskDevice> device, Values<Disk> values, Place place) {
    Optional<Key<Disk, ?>> first = Optional.empty();
    for (Key<Disk, ?> way : List.of(FILE, IMAGE, FD)) {
      if (values.isGiven(way) && first.isPresent()) {
        place
            .key(way.name())
            .report(
                values.position(way),
                "the image is given by '" + first.get().name() + "' already: keep one of them");
      } else if (values.isGiven(way)) {
        first = Optional.of(way);
      }
    }
    if (first.isEmpty() && device.equals(Optional.of(DiskDevice.DISK))) {
      place.report(
          values.position(FILE), "key 'file' is missing: add 'file: disk.qcow2', for example");
    }
  }

  private static Disk build(Values<Disk> values) {
    DiskDevice device = values.of(DEVICE);
    Access usual = device == DiskDevice.CDROM ? Access.READ_ONLY : Access.READ_WRITE;
    return new Disk(
        values.of(NAME),
        device,
        values.find(FORMAT),
        source(values),
        values.find(SECRET),
        values.find(READ_ONLY).orElse(usual),
        new DiskAttachment(
            values.find(BUS).orElse(Bus.usual(device)),
            values.of(CACHE),
            values.of(DISCARD),
            values.find(SERIAL),
            values.find(SERVED_BY),
            values.find(BOOT_ORDER)),
        new DiskSettings(
            values.find(THROTTLE).orElse(Throttle.NONE),
            values.find(LATENCIES).orElse(LatencyBounds.NONE)),
        values.find(BACKING).orElse(Backing.NONE));
  }

  private static Optional<DiskSource> source(Values<Disk> values) {
    return values
        .find(FILE)
        .<DiskSource>map(DiskSource.File::new)
        .or(() -> values.find(IMAGE).map(DiskSource.Image::new))
        .or(() -> values.find(FD).map(DiskSource.Descriptor::new));
  }

  private static Optional<Path> file(Disk disk) {
    return disk.image().isPresent() ? Optional.empty() : disk.file();
  }

  private static void addChecks(ObjectNode schema) {
    ObjectNode isCdrom = JsonNodeFactory.instance.objectNode();
    isCdrom.putArray("required").add(DEVICE.name());
    isCdrom.putObject("properties").putObject(DEVICE.name()).put("const", "cdrom");
    schema.set("if", isCdrom);
    ObjectNode ofCdrom = schema.putObject("then").putObject("properties");
    ofCdrom.putObject(READ_ONLY.name()).put("const", true);
    ofCdrom.putObject(BUS.name()).putArray("enum").add("virtio-scsi").add("sata");
    ArrayNode images = schema.putObject("else").putArray("anyOf");
    images.addObject().putArray("required").add(FILE.name());
    images.addObject().putArray("required").add(IMAGE.name());
    images.addObject().putArray("required").add(FD.name());
    ArrayNode twice = schema.putObject("not").putArray("anyOf");
    twice.addObject().putArray("required").add(FILE.name()).add(FD.name());
    twice.addObject().putArray("required").add(FILE.name()).add(IMAGE.name());
    twice.addObject().putArray("required").add(IMAGE.name()).add(FD.name());
    ArrayNode formats = schema.putArray("anyOf");
    formats.addObject().putArray("required").add(FORMAT.name());
    formats.addObject().putArray("required").add(IMAGE.name());
    ObjectNode dependent = schema.putObject("dependentSchemas");
    notOnSata(dependent.putObject(FD.name()));
    notOnSata(dependent.putObject(IOTHREAD));
    notOnSata(dependent.putObject(SECRET.name())).putObject(FORMAT.name()).put("const", "qcow2");
    ObjectNode chained = dependent.putObject(BACKING.name());
    chained
        .putObject("if")
        .putObject("properties")
        .putObject(BACKING.name())
        .put("const", "follow");
    chained
        .putObject("then")
        .putObject("properties")
        .putObject(FORMAT.name())
        .put("const", "qcow2");
  }

  private static ObjectNode notOnSata(ObjectNode schema) {
    ObjectNode properties = schema.putObject("properties");
    properties.putObject(BUS.name()).putObject("not").put("const", "sata");
    return properties;
  }
}
