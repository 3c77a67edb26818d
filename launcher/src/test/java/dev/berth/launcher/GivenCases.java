package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment;
import dev.berth.definition.DiskSource;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.machine.AssemblyStep.FileKey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Definitions that name what is given at the start, for golden files. */
final class GivenCases {
  private GivenCases() {}

  static Map<String, DomainDefinition> all() {
    DomainDefinition bare = Definitions.bare();
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put(
        "given-disks",
        Definitions.withDisks(
            bare,
            given("root", DiskFormat.RAW, "root-fd", Optional.empty(), Access.READ_WRITE),
            given("seed", DiskFormat.QCOW2, "seed-fd", Optional.empty(), Access.READ_ONLY)));
    cases.put(
        "given-secrets",
        Definitions.withDisks(
            bare,
            encrypted("root", new DiskSource.File(Path.of("/images/root.qcow2")), "disk-key"),
            encrypted("data", new DiskSource.Descriptor("data-fd"), "disk-key")));
    cases.put(
        "given-tap",
        Definitions.withNics(
            bare,
            new Nic("lan", new Network.OpenTap("uplink"), Optional.empty(), Optional.empty())));
    return cases;
  }

  /** A disk whose image is given. */
  static Disk given(
      String name, DiskFormat format, String resource, Optional<String> secret, Access access) {
    return new Disk(
        name,
        DiskDevice.DISK,
        format,
        Optional.of(new DiskSource.Descriptor(resource)),
        secret,
        access,
        DiskAttachment.usual(DiskDevice.DISK));
  }

  /** A disk that a secret opens. */
  static Disk encrypted(String name, DiskSource source, String secret) {
    return new Disk(
        name,
        DiskDevice.DISK,
        DiskFormat.QCOW2,
        Optional.of(source),
        Optional.of(secret),
        Access.READ_WRITE,
        DiskAttachment.usual(DiskDevice.DISK));
  }

  /** Some file for each disk that takes one. */
  static Map<String, FileKey> files(DomainDefinition definition) {
    Map<String, FileKey> files = new HashMap<>();
    for (Disk disk : definition.disks()) {
      disk.descriptor()
          .ifPresent(name -> files.put(disk.name(), new FileKey(65024, name.length())));
    }
    return files;
  }
}
