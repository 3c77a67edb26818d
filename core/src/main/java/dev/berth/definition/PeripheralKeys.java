package dev.berth.definition;

import dev.berth.definition.Peripherals.PanicDevice;
import dev.berth.definition.Peripherals.Usb;
import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.Video;
import dev.berth.definition.Peripherals.VncAccess;
import dev.berth.definition.Peripherals.WatchdogAction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The top-level keys of devices that a machine has only when asked for. */
final class PeripheralKeys {
  /** A PC has four serial ports, and the first is the console. */
  private static final int MORE_CONSOLES = 3;

  /** For devices of USB 2 and older, which these all are. */
  private static final int USB_PORTS = 4;

  /** Each is served by a process of its own. */
  private static final int MOST_SHARES = 16;

  /** What the host does not keep for itself. */
  static final IntegerType CID = new IntegerType(3, 999_999_999);

  private static final Key<DomainDefinition, List<String>> CONSOLES =
      Key.defaulted(
          "consoles",
          new ListType<>("further consoles", DeviceNames.TYPE, MORE_CONSOLES),
          List.of(),
          of(Peripherals::consoles),
          "Names of further serial ports. Each has a UNIX socket `console-NAME` in the machine's run"
              + " directory, and no log.");

  static final Key<DomainDefinition, List<String>> CHANNELS =
      Key.defaulted(
          "channels",
          new ListType<>("channels", PortNames.CHANNEL, PortNames.MOST_CHANNELS),
          List.of(),
          of(peripherals -> peripherals.ports().channels()),
          "Names of virtio-serial ports beside the guest agent's, such as `org.example.chan.0`. The"
              + " guest has each as `/dev/virtio-ports/NAME`, the host as a UNIX socket, which"
              + " `vmctl device list` shows, and by `vmctl console --name`.");

  private static final Key<DomainDefinition, List<String>> PCI_SERIALS =
      Key.defaulted(
          "pci-serials",
          new ListType<>("serial ports", DeviceNames.TYPE, PortNames.MOST_PCI_SERIALS),
          List.of(),
          of(peripherals -> peripherals.ports().pciSerials()),
          "Names of serial ports on PCI, which can come and go while the machine runs, unlike"
              + " `consoles`. Each takes a place of its own, and has a socket like these.");

  private static final Key<DomainDefinition, Video> VIDEO =
      Key.optional(
          "video",
          ChoiceType.of(Video.class),
          "no screen",
          of(Peripherals::video),
          "A graphics card. Its screen is served by VNC on the UNIX socket `vnc` in the machine's"
              + " run directory, which only the host's user may enter.");

  private static final Key<DomainDefinition, VncAccess> VNC_PASSWORD =
      Key.optional(
          "vnc-password",
          new SwitchType<>(VncAccess.PASSWORD, VncAccess.OPEN),
          "`false`",
          definition ->
              Optional.of(definition.devices().peripherals().vnc())
                  .filter(VncAccess.PASSWORD::equals),
          "Whether VNC asks for a password. It is set while the machine runs (`vmctl vnc password`),"
              + " and nobody gets in before.");

  private static final Key<DomainDefinition, List<UsbDevice>> USB =
      Key.optional(
          "usb",
          new ListType<>("USB devices", ChoiceType.of(UsbDevice.class), USB_PORTS),
          "no USB",
          definition -> definition.devices().peripherals().usb().map(Usb::devices),
          "A USB 3 controller with these devices; `[]` is the controller alone. A tablet makes the"
              + " pointer of a VNC viewer exact.");

  private static final Key<DomainDefinition, WatchdogAction> WATCHDOG =
      Key.optional(
          "watchdog",
          ChoiceType.of(WatchdogAction.class),
          "no watchdog",
          of(Peripherals::watchdog),
          "A watchdog (i6300esb), and what happens to a guest that neglects it.");

  private static final Key<DomainDefinition, PanicDevice> PANIC =
      Key.defaulted(
          "panic",
          ChoiceType.of(PanicDevice.class),
          PanicDevice.ISA,
          definition -> definition.devices().peripherals().panic(),
          "The device by which a guest tells that it panicked. `pci` needs QEMU 6.0.");

  private static final Key<DomainDefinition, Integer> VSOCK =
      Key.optional(
          "vsock",
          CID,
          "no vsock",
          of(Peripherals::vsockCid),
          "The guest's CID, its address for sockets between host and guest. No two running machines"
              + " of a host can have the same. Needs the host's module vhost_vsock.");

  private static final Key<DomainDefinition, Integer> SPARE_PORTS =
      Key.optional(
          "spare-ports",
          new IntegerType(0, 64),
          Peripherals.USUAL_SPARE_PORTS + " ports",
          of(Peripherals::sparePorts),
          "How many devices can be added while a machine on PCI Express (`q35`) runs: each takes a"
              + " port, save disks on `virtio-scsi` and USB devices, which share one. A `pc` has what"
              + " is left of its 29 slots.");

  static final Key<DomainDefinition, List<Share>> SHARES =
      Key.defaulted(
          "shares",
          new ListType<>("shares", ShareSection.SECTION, MOST_SHARES),
          List.of(),
          of(Peripherals::shares),
          "Directories of the host that the guest can mount, by virtio-fs. The machine's memory is"
              + " shared then, in a memfd unless `memory-backing` says otherwise.");

  /** In their order. */
  static final List<Key<DomainDefinition, ?>> ALL =
      List.of(
          CONSOLES,
          CHANNELS,
          PCI_SERIALS,
          VIDEO,
          VNC_PASSWORD,
          USB,
          WATCHDOG,
          PANIC,
          VSOCK,
          SPARE_PORTS,
          SHARES);

  private PeripheralKeys() {}

  private static <T> Function<DomainDefinition, T> of(Function<Peripherals, T> part) {
    return definition -> part.apply(definition.devices().peripherals());
  }

  static void check(Values<DomainDefinition> values, Place place) {
    checkScreen(values, place);
    PortNames names = new PortNames();
    names.check(CONSOLES, "consoles", values, place);
    names.checkPlugged(CHANNELS, values, place);
    names.checkPlugged(PCI_SERIALS, values, place);
  }

  private static void checkScreen(Values<DomainDefinition> values, Place place) {
    if (values.find(VNC_PASSWORD).equals(Optional.of(VncAccess.PASSWORD))
        && !values.isGiven(VIDEO)) {
      place
          .key(VNC_PASSWORD.name())
          .report(
              values.position(VNC_PASSWORD),
              "there is no screen to ask for a password: add 'video: vga', or remove the key");
    }
  }

  static Peripherals build(Values<DomainDefinition> values) {
    return new Peripherals(
        values.find(VIDEO),
        values.find(USB).map(Usb::new),
        values.find(WATCHDOG),
        values.of(PANIC),
        values.find(VSOCK),
        values.of(CONSOLES),
        values.of(SHARES),
        values.find(SPARE_PORTS),
        values.find(VNC_PASSWORD).orElse(VncAccess.OPEN),
        new NamedPorts(values.of(CHANNELS), values.of(PCI_SERIALS)));
  }
}
