package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.WatchdogAction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What definitions keep when a device is added to them and taken out of them. */
final class PluggableTest {
  private static final int ROUNDS = 300;

  private final RandomDefinitions definitions = new RandomDefinitions(6);

  @Test
  void toAddADeviceChangesNoKeyButItsOwn() {
    for (int i = 0; i < ROUNDS; i++) {
      DomainDefinition before = definitions.next();
      for (Addition addition : additions(before)) {
        DomainDefinition after = addition.device().addedTo(before);

        assertThat(DefinitionDiff.changedKeys(before, after))
            .as("%s added to %s", addition.device(), DefinitionWriter.json(before))
            .containsExactly(addition.key());
      }
    }
  }

  @Test
  void whatWasAddedAndTakenOutLeavesNothingBehind() {
    for (int i = 0; i < ROUNDS; i++) {
      DomainDefinition before = definitions.next();
      for (Addition addition : additions(before)) {
        Pluggable device = addition.device();

        assertThat(device.kind().removedFrom(device.addedTo(before), device.name()))
            .as("%s", device)
            .isEqualTo(before);
      }
    }
  }

  @Test
  void toTakeADeviceOutChangesNoKeyButItsOwn() {
    for (int i = 0; i < ROUNDS; i++) {
      DomainDefinition before = definitions.next();
      for (Addition addition : additions(before)) {
        Pluggable device = addition.device();
        DomainDefinition after = device.addedTo(before);

        assertThat(
                DefinitionDiff.changedKeys(after, device.kind().removedFrom(after, device.name())))
            .as("%s", device)
            .containsExactly(addition.key());
      }
    }
  }

  @Test
  void everyKindOfDeviceIsAdded() {
    Set<Object> kinds = new HashSet<>();
    for (int i = 0; i < ROUNDS; i++) {
      for (Addition addition : additions(definitions.next())) {
        kinds.add(addition.device().kind());
        if (addition.device() instanceof SmallDevice small) {
          kinds.add(small.type());
        }
      }
    }

    assertThat(kinds).contains((Object[]) DeviceKind.values());
    assertThat(kinds).contains((Object[]) SmallDevice.Type.values());
  }

  /** A device that is not in a definition yet, and the key that tells of it. */
  private record Addition(Pluggable device, String key) {}

  private List<Addition> additions(DomainDefinition definition) {
    DomainDefinition other = definitions.next();
    List<Addition> all = new ArrayList<>();
    other.disks().forEach(disk -> all.add(new Addition(disk, "disks")));
    other.nics().forEach(nic -> all.add(new Addition(nic, "nics")));
    all.add(
        new Addition(
            new Share("added", Path.of("/srv"), "added", Disk.Access.READ_ONLY), "shares"));
    for (SmallDevice device : smallDevices()) {
      all.add(new Addition(device, keyOf(device.type())));
    }
    Optional<Peripherals.Usb> usb = definition.devices().peripherals().usb();
    all.removeIf(
        addition ->
            addition.device().kind().isIn(definition, addition.device().name())
                || addition.device() instanceof SmallDevice.UsbInput && usb.isEmpty());
    return all;
  }

  private static List<SmallDevice> smallDevices() {
    List<SmallDevice> all = new ArrayList<>();
    all.add(new SmallDevice.Rng());
    all.add(new SmallDevice.Balloon());
    all.add(new SmallDevice.UsbController());
    for (UsbDevice device : UsbDevice.values()) {
      all.add(new SmallDevice.UsbInput(device));
    }
    all.add(new SmallDevice.Watchdog(WatchdogAction.RESET));
    all.add(new SmallDevice.Vsock(7));
    all.add(new SmallDevice.Channel("added.channel"));
    all.add(new SmallDevice.PciSerial("added-serial"));
    all.add(new SmallDevice.Iothread("added"));
    return all;
  }

  private static String keyOf(SmallDevice.Type type) {
    return switch (type) {
      case RNG, BALLOON, USB, WATCHDOG, VSOCK -> type.word();
      case TABLET, KEYBOARD, MOUSE -> "usb";
      case CHANNEL -> "channels";
      case PCI_SERIAL -> "pci-serials";
      case IOTHREAD -> "iothreads";
    };
  }
}
