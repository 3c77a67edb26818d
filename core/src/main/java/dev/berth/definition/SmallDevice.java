package dev.berth.definition;

import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Peripherals.Usb;
import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.WatchdogAction;
import dev.berth.domain.ResourceNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A device that is no disk and no network interface, and can be added by itself. Its name is what
 * it is, save where a machine can have several.
 */
public sealed interface SmallDevice extends Pluggable {

  /** What it is; its word is the name of a device that has no other. */
  enum Type {
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
    IOTHREAD;

    /** As definitions and messages have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What it is. */
  Type type();

  /** Whether it has a name of its own, and a socket on the host. */
  default boolean isPort() {
    return type() == Type.CHANNEL || type() == Type.PCI_SERIAL;
  }

  @Override
  default String name() {
    return type().word();
  }

  @Override
  default DeviceKind kind() {
    return DeviceKind.DEVICE;
  }

  @Override
  default ResourceNames resources() {
    return new ResourceNames(Set.of(), Set.of());
  }

  /** A virtio entropy source. */
  record Rng() implements SmallDevice {
    @Override
    public Type type() {
      return Type.RNG;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      return definition.with(definition.devices().withRng(Presence.PRESENT));
    }
  }

  /** A virtio memory balloon. */
  record Balloon() implements SmallDevice {
    @Override
    public Type type() {
      return Type.BALLOON;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      return definition.with(definition.devices().withBalloon(Presence.PRESENT));
    }
  }

  /** A USB 3 controller. */
  record UsbController() implements SmallDevice {
    @Override
    public Type type() {
      return Type.USB;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      return with(definition, usbOf(definition));
    }
  }

  /**
   * What is plugged into USB; it brings a controller along where there is none.
   *
   * @param device which
   */
  record UsbInput(UsbDevice device) implements SmallDevice {
    @Override
    public Type type() {
      return switch (device) {
        case TABLET -> Type.TABLET;
        case KEYBOARD -> Type.KEYBOARD;
        case MOUSE -> Type.MOUSE;
      };
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      List<UsbDevice> devices = new ArrayList<>(usbOf(definition));
      devices.add(device);
      return with(definition, devices);
    }
  }

  /**
   * A watchdog.
   *
   * @param action what happens to a guest that neglects it
   */
  record Watchdog(WatchdogAction action) implements SmallDevice {
    @Override
    public Type type() {
      return Type.WATCHDOG;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      return with(definition, peripherals(definition).withWatchdog(Optional.of(action)));
    }
  }

  /**
   * Sockets between host and guest.
   *
   * @param cid the guest's address
   */
  record Vsock(int cid) implements SmallDevice {
    @Override
    public Type type() {
      return Type.VSOCK;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      return with(definition, peripherals(definition).withVsock(Optional.of(cid)));
    }
  }

  /**
   * A virtio-serial port.
   *
   * @param name as the guest sees it
   */
  record Channel(String name) implements SmallDevice {
    @Override
    public Type type() {
      return Type.CHANNEL;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      Peripherals peripherals = peripherals(definition);
      return with(definition, peripherals.with(peripherals.ports().withChannel(name)));
    }
  }

  /**
   * A serial port on PCI.
   *
   * @param name by which the host reaches it
   */
  record PciSerial(String name) implements SmallDevice {
    @Override
    public Type type() {
      return Type.PCI_SERIAL;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      Peripherals peripherals = peripherals(definition);
      return with(definition, peripherals.with(peripherals.ports().withPciSerial(name)));
    }
  }

  /**
   * A thread of QEMU that serves disks. There can be several, so each has a name.
   *
   * @param threadName its name in the definition
   */
  record Iothread(String threadName) implements SmallDevice {
    /** What its name among devices begins with. */
    static final String PREFIX = "iothread-";

    @Override
    public Type type() {
      return Type.IOTHREAD;
    }

    @Override
    public String name() {
      return PREFIX + threadName;
    }

    @Override
    public DomainDefinition addedTo(DomainDefinition definition) {
      List<String> names = new ArrayList<>(definition.devices().iothreads());
      names.add(threadName);
      return definition.with(definition.devices().withIothreads(names));
    }
  }

  /** Those that the definition has. */
  static List<SmallDevice> in(DomainDefinition definition) {
    List<SmallDevice> all = new ArrayList<>();
    if (definition.devices().rng() == Presence.PRESENT) {
      all.add(new Rng());
    }
    if (definition.devices().balloon() == Presence.PRESENT) {
      all.add(new Balloon());
    }
    peripherals(definition)
        .usb()
        .ifPresent(
            usb -> {
              all.add(new UsbController());
              usb.devices().forEach(device -> all.add(new UsbInput(device)));
            });
    peripherals(definition).watchdog().map(Watchdog::new).ifPresent(all::add);
    peripherals(definition).vsockCid().map(Vsock::new).ifPresent(all::add);
    peripherals(definition).ports().channels().forEach(name -> all.add(new Channel(name)));
    peripherals(definition).ports().pciSerials().forEach(name -> all.add(new PciSerial(name)));
    definition.devices().iothreads().stream().map(Iothread::new).forEach(all::add);
    return all;
  }

  /**
   * The definition without the one of that name; a controller takes along what is plugged into it.
   */
  static DomainDefinition removedFrom(DomainDefinition definition, String name) {
    Devices devices = definition.devices();
    Peripherals peripherals = devices.peripherals();
    return in(definition).stream()
        .filter(device -> device.name().equals(name))
        .findFirst()
        .map(
            device ->
                switch (device.type()) {
                  case RNG -> definition.with(devices.withRng(Presence.ABSENT));
                  case BALLOON -> definition.with(devices.withBalloon(Presence.ABSENT));
                  case USB -> with(definition, peripherals.withUsb(Optional.empty()));
                  case TABLET, KEYBOARD, MOUSE -> with(definition, usbWithout(definition, device));
                  case WATCHDOG -> with(definition, peripherals.withWatchdog(Optional.empty()));
                  case VSOCK -> with(definition, peripherals.withVsock(Optional.empty()));
                  case CHANNEL ->
                      with(definition, peripherals.with(peripherals.ports().withoutChannel(name)));
                  case PCI_SERIAL ->
                      with(
                          definition, peripherals.with(peripherals.ports().withoutPciSerial(name)));
                  case IOTHREAD -> without(definition, (Iothread) device);
                })
        .orElse(definition);
  }

  private static DomainDefinition without(DomainDefinition definition, Iothread gone) {
    List<String> left = new ArrayList<>(definition.devices().iothreads());
    left.remove(gone.threadName());
    return definition.with(definition.devices().withIothreads(left));
  }

  private static List<UsbDevice> usbWithout(DomainDefinition definition, SmallDevice gone) {
    List<UsbDevice> left = new ArrayList<>(usbOf(definition));
    left.remove(((UsbInput) gone).device());
    return left;
  }

  private static List<UsbDevice> usbOf(DomainDefinition definition) {
    return peripherals(definition).usb().map(Usb::devices).orElse(List.of());
  }

  private static Peripherals peripherals(DomainDefinition definition) {
    return definition.devices().peripherals();
  }

  private static DomainDefinition with(DomainDefinition definition, List<UsbDevice> usb) {
    return with(definition, peripherals(definition).withUsb(Optional.of(new Usb(usb))));
  }

  private static DomainDefinition with(DomainDefinition definition, Peripherals peripherals) {
    return definition.with(definition.devices().with(peripherals));
  }
}
