package dev.berth.definition;

import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.WatchdogAction;
import dev.berth.definition.SmallDevice.Type;
import java.util.List;
import java.util.Optional;

/** The keys of the document by which one small device is added. */
final class SmallDeviceSection {
  /** What {@code device} can say; the last four are only told why they cannot be added. */
  private enum Word {
    RNG,
    BALLOON,
    USB,
    TABLET,
    KEYBOARD,
    MOUSE,
    WATCHDOG,
    VSOCK,
    CHANNEL,
    PCI_SERIAL,
    IOTHREAD,
    AGENT,
    CONSOLE,
    PANIC,
    VIDEO
  }

  private static final Key<SmallDevice, Word> DEVICE =
      Key.required(
          "device",
          ChoiceType.of(Word.class),
          "device: rng",
          device -> Word.valueOf(device.type().name()),
          "What it is.");

  private static final Key<SmallDevice, WatchdogAction> ACTION =
      Key.optional(
          "action",
          ChoiceType.of(WatchdogAction.class),
          "`reset`; only `device: watchdog` has it",
          device ->
              device instanceof SmallDevice.Watchdog watchdog
                  ? Optional.of(watchdog.action())
                  : Optional.empty(),
          "What happens to a guest that neglects its watchdog.");

  private static final Key<SmallDevice, Integer> CID =
      Key.optional(
          "cid",
          PeripheralKeys.CID,
          "only `device: vsock` has and needs it",
          device ->
              device instanceof SmallDevice.Vsock vsock
                  ? Optional.of(vsock.cid())
                  : Optional.empty(),
          "The guest's address for sockets between host and guest.");

  private static final Key<SmallDevice, String> NAME =
      Key.optional(
          "name",
          PortNames.CHANNEL,
          "only `device: channel`, `device: pci-serial` and `device: iothread` have and need it",
          SmallDeviceSection::ownName,
          "The port's name, which the guest sees of a channel, or the iothread's, as disks say it.");

  static final Section<SmallDevice> SECTION =
      new Section<>(
          "a device",
          List.of(DEVICE, ACTION, CID, NAME),
          SmallDeviceSection::check,
          SmallDeviceSection::build,
          schema -> {});

  private SmallDeviceSection() {}

  private static void check(Values<SmallDevice> values, Place place) {
    Optional<Word> device = values.find(DEVICE);
    if (device.isEmpty()) {
      return;
    }
    Word word = device.get();
    if (isForTheNextBoot(word)) {
      place
          .key(DEVICE.name())
          .report(
              values.position(DEVICE),
              "it cannot be plugged into a machine that runs: set '"
                  + (word == Word.CONSOLE ? "consoles" : ChoiceType.word(word))
                  + "' in the definition, which takes effect at the next boot"
                  + (word == Word.CONSOLE ? ", or attach 'device: pci-serial'" : ""));
    }
    refuse(ACTION, word == Word.WATCHDOG, "watchdog", values, place);
    refuse(CID, word == Word.VSOCK, "vsock", values, place);
    boolean isNamed = word == Word.CHANNEL || word == Word.PCI_SERIAL || word == Word.IOTHREAD;
    refuse(NAME, isNamed, "channel', 'device: pci-serial' and 'device: iothread", values, place);
    if (word == Word.CHANNEL) {
      checkName("channel", "org.example.chan.0", values, place);
    }
    if (word == Word.PCI_SERIAL) {
      checkName("pci-serial", "log", values, place);
      values
          .find(NAME)
          .filter(name -> !DeviceNames.isOne(name))
          .ifPresent(
              name ->
                  place
                      .key(NAME.name())
                      .report(
                          values.position(NAME),
                          "expected " + DeviceNames.TYPE.expected() + ", found '" + name + "'"));
    }
    if (word == Word.IOTHREAD) {
      checkThreadName(values, place);
    }
    if (word == Word.VSOCK && !values.isGiven(CID)) {
      place.report(
          values.position(CID), "'device: vsock' needs an address: add 'cid: 3', for example");
    }
  }

  private static void checkName(
      String device, String example, Values<SmallDevice> values, Place place) {
    if (!values.isGiven(NAME)) {
      place.report(
          values.position(NAME),
          String.format("'device: %s' needs a name: add 'name: %s', for example", device, example));
    }
    values
        .find(NAME)
        .flatMap(PortNames::refusal)
        .ifPresent(refusal -> place.key(NAME.name()).report(values.position(NAME), refusal));
  }

  /** Disks say the name too, which a wider type of the key would let through. */
  private static void checkThreadName(Values<SmallDevice> values, Place place) {
    if (!values.isGiven(NAME)) {
      place.report(
          values.position(NAME), "'device: iothread' needs a name: add 'name: io1', for example");
    }
    values
        .find(NAME)
        .filter(name -> !DeviceNames.isOne(name))
        .ifPresent(
            name ->
                place
                    .key(NAME.name())
                    .report(
                        values.position(NAME),
                        "an iothread has " + DeviceNames.TYPE.expected() + ": choose another"));
  }

  private static Optional<String> ownName(SmallDevice device) {
    if (device instanceof SmallDevice.Iothread thread) {
      return Optional.of(thread.threadName());
    }
    return Optional.of(device).filter(SmallDevice::isPort).map(SmallDevice::name);
  }

  private static boolean isForTheNextBoot(Word word) {
    return switch (word) {
      case AGENT, CONSOLE, PANIC, VIDEO -> true;
      case RNG,
          BALLOON,
          USB,
          TABLET,
          KEYBOARD,
          MOUSE,
          WATCHDOG,
          VSOCK,
          CHANNEL,
          PCI_SERIAL,
          IOTHREAD ->
          false;
    };
  }

  private static void refuse(
      Key<SmallDevice, ?> key,
      boolean allowed,
      String device,
      Values<SmallDevice> values,
      Place place) {
    if (!allowed && values.isGiven(key)) {
      place
          .key(key.name())
          .report(
              values.position(key),
              String.format("'%s' is for 'device: %s' only: remove it", key.name(), device));
    }
  }

  private static SmallDevice build(Values<SmallDevice> values) {
    return switch (Type.valueOf(values.of(DEVICE).name())) {
      case RNG -> new SmallDevice.Rng();
      case BALLOON -> new SmallDevice.Balloon();
      case USB -> new SmallDevice.UsbController();
      case TABLET -> new SmallDevice.UsbInput(UsbDevice.TABLET);
      case KEYBOARD -> new SmallDevice.UsbInput(UsbDevice.KEYBOARD);
      case MOUSE -> new SmallDevice.UsbInput(UsbDevice.MOUSE);
      case WATCHDOG -> new SmallDevice.Watchdog(values.find(ACTION).orElse(WatchdogAction.RESET));
      case VSOCK -> new SmallDevice.Vsock(values.of(CID));
      case CHANNEL -> new SmallDevice.Channel(values.of(NAME));
      case PCI_SERIAL -> new SmallDevice.PciSerial(values.of(NAME));
      case IOTHREAD -> new SmallDevice.Iothread(values.of(NAME));
    };
  }
}
