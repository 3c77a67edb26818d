package dev.berth.definition;

import dev.berth.definition.Devices.Presence;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.Policies.Autostart;
import dev.berth.definition.Policies.Restart;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The top-level keys of a definition: with those of the sections below it, the whole format. */
final class DomainSection {
  private static final ByteSize MEBIBYTE = ByteSize.mebibytes(1);
  private static final int SATA_PORTS = 6;
  private static final ValueType<Presence> PRESENCE =
      new SwitchType<>(Presence.PRESENT, Presence.ABSENT);

  private static final Key<DomainDefinition, DomainName> NAME =
      Key.required(
          "name",
          new TextType<>(
              "a name of " + DomainName.RULE,
              Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
              DomainName::new,
              DomainName::text),
          "name: web-1",
          DomainDefinition::name,
          "The domain's name, unique on its host.");

  private static final Key<DomainDefinition, UUID> UUID_KEY =
      Key.optional(
          "uuid",
          new TextType<>(
              "a UUID such as 1b4e28ba-2fa1-11d2-883f-0016d3cca427",
              Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
              UUID::fromString,
              UUID::toString),
          "the host chooses one when the domain is first defined",
          DomainDefinition::uuid,
          "The domain's UUID, unique on its host; the guest sees it as its SMBIOS system UUID.");

  private static final Key<DomainDefinition, Map<String, String>> LABELS =
      Key.defaulted(
          "labels",
          new LabelsType(),
          Map.of(),
          DomainDefinition::labels,
          "Your own keys and values. Berth stores and shows them, and does not interpret them.");

  private static final Key<DomainDefinition, Boot> BOOT =
      Key.defaulted(
          "boot",
          BootSection.SECTION,
          new Boot.Firmware(),
          DomainDefinition::boot,
          "What the machine boots: a firmware, or a kernel directly.");

  private static final Key<DomainDefinition, List<Disk>> DISKS =
      Key.defaulted(
          "disks",
          new ListType<>("disks", DiskSection.SECTION, 64),
          List.of(),
          DomainDefinition::disks,
          "Disks and CD-ROM drives, in boot order unless one of them says `boot-order`.");

  private static final Key<DomainDefinition, List<Nic>> NICS =
      Key.defaulted(
          "nics",
          new ListType<>("network interfaces", NicSection.SECTION, 16),
          List.of(),
          DomainDefinition::nics,
          "Virtio network interfaces.");

  private static final Key<DomainDefinition, ByteSize> CONSOLE =
      Key.defaulted(
          "console",
          ConsoleSection.SECTION,
          MEBIBYTE,
          ofDevices(Devices::consoleLogLimit),
          "The first serial port and its log.");

  private static final Key<DomainDefinition, Presence> RNG =
      Key.defaulted(
          "rng",
          PRESENCE,
          Presence.PRESENT,
          ofDevices(Devices::rng),
          "A virtio source of random numbers from the host.");

  private static final Key<DomainDefinition, Presence> BALLOON =
      Key.defaulted(
          "balloon",
          PRESENCE,
          Presence.PRESENT,
          ofDevices(Devices::balloon),
          "A virtio balloon, which can take memory back from the guest.");

  private static final Key<DomainDefinition, Presence> AGENT =
      Key.defaulted(
          "agent",
          PRESENCE,
          Presence.PRESENT,
          ofDevices(Devices::guestAgent),
          "The channel of the QEMU guest agent, `org.qemu.guest_agent.0`.");

  private static final Key<DomainDefinition, Autostart> AUTOSTART =
      Key.defaulted(
          "autostart",
          new SwitchType<>(Autostart.ONCE_PER_BOOT, Autostart.NEVER),
          Autostart.NEVER,
          ofPolicies(Policies::autostart),
          "Whether the domain starts by itself, once, when the host has booted. Who shuts it down"
              + " or destroys it keeps it off until the next boot.");

  private static final Key<DomainDefinition, Restart> RESTART =
      Key.defaulted(
          "restart",
          ChoiceType.of(Restart.class),
          Restart.NEVER,
          ofPolicies(Policies::restart),
          "After which ends the domain is started again: when QEMU died or the guest panicked, or"
              + " also when nobody knows how QEMU ended. Never after the guest's own power-off.");

  private static final Key<DomainDefinition, Integer> SHUTDOWN_ORDER =
      Key.defaulted(
          "shutdown-order",
          new IntegerType(0, 999),
          Policies.MIDDLE,
          ofPolicies(Policies::shutdownOrder),
          "The domain's place when all guests are shut down: lower numbers first, equal ones"
              + " together.");

  static final Section<DomainDefinition> SECTION =
      new Section<>("a domain", keys(), DomainSection::check, DomainSection::build, schema -> {});

  private DomainSection() {}

  private static List<Key<DomainDefinition, ?>> keys() {
    List<Key<DomainDefinition, ?>> keys = new ArrayList<>(List.of(NAME, UUID_KEY, LABELS));
    keys.addAll(ComputeKeys.ALL);
    keys.addAll(List.of(BOOT, IothreadKeys.IOTHREADS, DISKS, NICS, CONSOLE, RNG, BALLOON, AGENT));
    keys.addAll(PeripheralKeys.ALL);
    keys.addAll(List.of(AUTOSTART, RESTART, SHUTDOWN_ORDER));
    return List.copyOf(keys);
  }

  private static <T> Function<DomainDefinition, T> ofDevices(Function<Devices, T> part) {
    return definition -> part.apply(definition.devices());
  }

  private static <T> Function<DomainDefinition, T> ofPolicies(Function<Policies, T> part) {
    return definition -> part.apply(definition.policies());
  }

  private static void check(Values<DomainDefinition> values, Place place) {
    ComputeKeys.check(values, place);
    PeripheralKeys.check(values, place);
    IothreadKeys.check(values, DISKS, place);
    ThrottleSection.checkGroups(
        values.find(DISKS).orElse(List.of()), place.key(DISKS.name()), values.position(DISKS));
    long onSata =
        values.find(DISKS).orElse(List.of()).stream()
            .filter(disk -> disk.attachment().bus() == Bus.SATA)
            .count();
    if (onSata > SATA_PORTS) {
      place
          .key(DISKS.name())
          .report(
              values.position(DISKS),
              String.format(
                  "%d disks have 'bus: sata', whose controller has %d ports: put some on"
                      + " virtio-scsi",
                  onSata, SATA_PORTS));
    }
  }

  private static DomainDefinition build(Values<DomainDefinition> values) {
    return new DomainDefinition(
        values.of(NAME),
        values.find(UUID_KEY),
        values.of(LABELS),
        ComputeKeys.build(values),
        values.of(BOOT),
        values.of(DISKS),
        values.of(NICS),
        new Devices(
            values.of(CONSOLE),
            values.of(RNG),
            values.of(BALLOON),
            values.of(AGENT),
            PeripheralKeys.build(values),
            values.find(IothreadKeys.IOTHREADS).orElse(List.of())),
        new Policies(values.of(AUTOSTART), values.of(RESTART), values.of(SHUTDOWN_ORDER)));
  }
}
