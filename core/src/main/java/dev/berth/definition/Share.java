package dev.berth.definition;

import dev.berth.definition.Disk.Access;
import dev.berth.domain.ResourceNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A directory of the host that the guest can mount, by virtio-fs.
 *
 * @param name unique in the domain; also the stem of its device's id
 * @param source absolute path of the directory
 * @param tag by which the guest mounts it, unique in the domain
 * @param access whether the guest may write
 */
public record Share(String name, Path source, String tag, Access access) implements Pluggable {

  @Override
  public DeviceKind kind() {
    return DeviceKind.SHARE;
  }

  @Override
  public ResourceNames resources() {
    return new ResourceNames(Set.of(), Set.of());
  }

  @Override
  public DomainDefinition addedTo(DomainDefinition definition) {
    List<Share> shares = new ArrayList<>(definition.devices().peripherals().shares());
    shares.add(this);
    return with(definition, shares);
  }

  /** The definition without the share of that name. */
  static DomainDefinition removedFrom(DomainDefinition definition, String name) {
    return with(
        definition,
        definition.devices().peripherals().shares().stream()
            .filter(share -> !share.name().equals(name))
            .toList());
  }

  private static DomainDefinition with(DomainDefinition definition, List<Share> shares) {
    Devices devices = definition.devices();
    return definition.with(devices.with(devices.peripherals().withShares(shares)));
  }
}
