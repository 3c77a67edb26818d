package dev.berth.testing;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.LatencyDocument;
import dev.berth.definition.ThrottleDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.EditScope;
import dev.berth.host.Shrinking;
import dev.berth.host.VerbResult;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What becomes of how the devices of a {@link MemoryHost} are set. The caller holds the contents'
 * lock.
 */
final class MemoryAdjustments {
  /** What every image has until it is resized. */
  private static final ByteSize SIZE = ByteSize.mebibytes(1);

  private final MemoryContents contents;
  private final String actor;

  MemoryAdjustments(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  VerbResult throttle(MemoryDomain domain, String disk, Throttle throttle, EditScope scope) {
    MemoryDevices.refuseWhereAJobIs(domain, DeviceKind.DISK, disk);
    Optional<DomainDefinition> edited =
        domain
            .definition()
            .disk(disk)
            .map(known -> domain.definition().replacing(each -> throttled(each, disk, throttle)));
    boolean live =
        isLive("change a disk of", domain, scope)
            && domain.devices(DeviceKind.DISK).containsKey(disk);
    if (live) {
      domain
          .devices(DeviceKind.DISK)
          .replaceAll((name, each) -> throttled((Disk) each, disk, throttle));
      String value = throttle.isLimited() ? ThrottleDocument.write(throttle).toString() : "none";
      tell(domain, "throttle", disk, value);
    }
    return define(domain, disk, edited, scope, live);
  }

  private static Disk throttled(Disk each, String disk, Throttle throttle) {
    return each.name().equals(disk) || throttle.sharesWith(each.throttle())
        ? each.throttledBy(throttle)
        : each;
  }

  VerbResult latencies(MemoryDomain domain, String disk, LatencyBounds latencies, EditScope scope) {
    MemoryDevices.refuseWhereAJobIs(domain, DeviceKind.DISK, disk);
    UnaryOperator<Disk> change = each -> each.name().equals(disk) ? each.counting(latencies) : each;
    Optional<DomainDefinition> edited =
        domain.definition().disk(disk).map(known -> domain.definition().replacing(change));
    boolean live =
        isLive("change a disk of", domain, scope)
            && domain.devices(DeviceKind.DISK).containsKey(disk);
    if (live) {
      domain.devices(DeviceKind.DISK).replaceAll((name, each) -> change.apply((Disk) each));
      tell(domain, "latency-histogram", disk, LatencyDocument.text(latencies));
    }
    return define(domain, disk, edited, scope, live);
  }

  VerbResult resize(MemoryDomain domain, String disk, ByteSize size, Shrinking shrinking) {
    if (size.bytes() == 0 || size.bytes() % 512 != 0) {
      throw new InvalidRequestException("size: must be a multiple of 512B and not 0.");
    }
    MemoryDevices.refuseWhereAJobIs(domain, DeviceKind.DISK, disk);
    isLive("change a disk of", domain, EditScope.LIVE);
    if (!domain.devices(DeviceKind.DISK).containsKey(disk)) {
      throw missing(disk);
    }
    if (shrinking == Shrinking.REFUSED
        && domain.sizes().getOrDefault(disk, SIZE).compareTo(size) > 0) {
      throw new InvalidRequestException("Disk '" + disk + "' is larger than " + size + ".");
    }
    domain.sizes().put(disk, size);
    tell(domain, "size", disk, size.toString());
    return changed(domain);
  }

  VerbResult insert(MemoryDomain domain, String drive, Path medium, EditScope scope) {
    if (!medium.isAbsolute()) {
      throw new InvalidRequestException("medium: must be an absolute path.");
    }
    return change(domain, drive, scope, Optional.of(medium));
  }

  VerbResult eject(MemoryDomain domain, String drive, EditScope scope) {
    return change(domain, drive, scope, Optional.empty());
  }

  private VerbResult change(
      MemoryDomain domain, String drive, EditScope scope, Optional<Path> medium) {
    MemoryDevices.refuseWhereAJobIs(domain, DeviceKind.DISK, drive);
    Optional<DomainDefinition> edited =
        domain
            .definition()
            .disk(drive)
            .map(
                known -> {
                  drive(known);
                  return domain
                      .definition()
                      .replacing(each -> each.name().equals(drive) ? changed(each, medium) : each);
                });
    boolean live =
        isLive("change a disk of", domain, scope)
            && domain.devices(DeviceKind.DISK).containsKey(drive);
    if (live) {
      Disk present = drive((Disk) domain.devices(DeviceKind.DISK).get(drive));
      if (present.source().isPresent() == medium.isPresent()) {
        throw new InvalidStateException(
            "The drive '" + drive + "' " + (medium.isPresent() ? "is full." : "is empty."));
      }
      domain.devices(DeviceKind.DISK).put(drive, changed(present, medium));
      tell(domain, "medium", drive, medium.map(Path::toString).orElse("none"));
    }
    return define(domain, drive, edited, scope, live);
  }

  private static Disk changed(Disk drive, Optional<Path> medium) {
    return medium.map(drive::holding).orElseGet(drive::emptied);
  }

  private static Disk drive(Disk disk) {
    if (disk.device() != Disk.DiskDevice.CDROM) {
      throw new InvalidRequestException("Disk '" + disk.name() + "' is no drive.");
    }
    return disk;
  }

  VerbResult link(MemoryDomain domain, String nic, LinkState link, EditScope scope) {
    MemoryDevices.refuseWhereAJobIs(domain, DeviceKind.NIC, nic);
    Optional<DomainDefinition> edited =
        domain
            .definition()
            .nic(nic)
            .map(known -> domain.definition().replacing(known.linked(link)));
    boolean live =
        isLive("change a NIC of", domain, scope) && domain.devices(DeviceKind.NIC).containsKey(nic);
    if (live) {
      tell(domain, "link", nic, link.name().toLowerCase(Locale.ROOT));
    }
    return define(domain, nic, edited, scope, live);
  }

  private VerbResult define(
      MemoryDomain domain,
      String subject,
      Optional<DomainDefinition> edited,
      EditScope scope,
      boolean live) {
    boolean defined = scope != EditScope.LIVE && edited.isPresent();
    if (!live && !defined) {
      throw missing(subject);
    }
    boolean isNews = defined && !edited.get().equals(domain.definition());
    if (isNews) {
      DefinitionReader.check(edited.get());
      if (live) {
        domain.redefineWithMachine(edited.get());
      } else {
        domain.redefine(edited.get());
      }
      contents
          .events()
          .add(
              domain,
              EventTypes.REDEFINED,
              actor,
              Map.of("revision", Long.toString(domain.revision())));
      contents.notifyAll();
    }
    return live || isNews
        ? changed(domain)
        : new VerbResult(VerbResult.Effect.ALREADY, "", domain.snapshot());
  }

  private static VerbResult changed(MemoryDomain domain) {
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  private static NotFoundException missing(String subject) {
    return new NotFoundException("There is no '" + subject + "' there.");
  }

  private static boolean isLive(String verb, MemoryDomain domain, EditScope scope) {
    boolean live = scope == EditScope.LIVE || scope == EditScope.BOTH && domain.hasMachine();
    if (live && domain.state() != DomainState.RUNNING && domain.state() != DomainState.PAUSED) {
      throw new InvalidStateException(
          "Cannot " + verb + " domain '" + domain.definition().name() + "': it has no machine.");
    }
    return live;
  }

  private void tell(MemoryDomain domain, String what, String subject, String value) {
    contents
        .events()
        .add(
            domain,
            EventTypes.ADJUSTED,
            actor,
            Map.of("what", what, "subject", subject, "value", value));
    contents.notifyAll();
  }
}
