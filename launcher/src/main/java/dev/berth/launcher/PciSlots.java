package dev.berth.launcher;

import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.List;

/**
 * Where a machine's PCI devices go. Places are handed out in the order of asking, so that the same
 * definition always gives the guest the same addresses.
 */
sealed interface PciSlots {

  /** The next free place. */
  Place next();

  /** The place of the SATA controller, which stands on the command line. */
  Place sata();

  /** The place of the graphics card, which stands on the command line. */
  Place video();

  /** Adds what the command line needs for the places handed out, and spare ones for hotplug. */
  void complete(MachineDraft draft);

  /** The places of a machine type, which is versioned and one that {@link #serves} accepts. */
  static PciSlots of(String machineType) {
    return machineType.startsWith("pc-q35-") ? new RootPorts() : new ConventionalBus();
  }

  /** Whether machines of that versioned type can be planned. */
  static boolean serves(String machineType) {
    return machineType.startsWith("pc-q35-") || machineType.startsWith("pc-i440fx-");
  }

  /** How many devices that need a place a machine of that type takes. */
  static int room(String machineType) {
    return machineType.startsWith("pc-q35-") ? RootPorts.ROOM : ConventionalBus.ROOM;
  }

  /**
   * A place for one device.
   *
   * @param bus QEMU's name of the bus
   * @param slot device number on that bus
   */
  record Place(String bus, int slot) {

    /** The address as QEMU's {@code addr} property has it. */
    String address() {
      return "0x" + Integer.toHexString(slot);
    }

    /** Whether its bus has no other: a root port has one slot, a shared bus many. */
    boolean isOnly() {
      return slot == 0;
    }

    /** The place as a launch record has it. */
    String text() {
      return isOnly() ? bus : bus + ":" + address();
    }
  }

  /** PCI Express: a root port for each device, for only there can it be unplugged. */
  final class RootPorts implements PciSlots {
    /** Slots 0x1 to 0x1b of the root bus; those above are kept for devices without a port. */
    private static final int ROOM = 27 * 8 - 4;

    private static final Place VIDEO = new Place("pcie.0", 0x1d);
    private static final Place SATA = new Place("pcie.0", 0x1e);

    private static final int SPARE = 4;
    private static final int FUNCTIONS = 8;
    private int used;

    @Override
    public Place next() {
      used++;
      return new Place(name(used), 0);
    }

    @Override
    public Place sata() {
      return SATA;
    }

    @Override
    public Place video() {
      return VIDEO;
    }

    @Override
    public void complete(MachineDraft draft) {
      for (int port = 1; port <= used + SPARE; port++) {
        int slot = 1 + (port - 1) / FUNCTIONS;
        int function = (port - 1) % FUNCTIONS;
        OptionText device =
            OptionText.of("pcie-root-port")
                .with("id", name(port))
                .with("bus", "pcie.0")
                .with("chassis", port)
                .with("addr", "0x" + Integer.toHexString(slot) + ".0x" + function);
        draft.option("-device", function == 0 ? device.with("multifunction", "on") : device);
        if (port > used) {
          draft.device(new DeviceRecord(name(port), "spare-port", "", "pcie.0", List.of()));
        }
      }
    }

    private static String name(int port) {
      return "port" + port;
    }
  }

  /** Conventional PCI: one bus on which any slot can be plugged and unplugged. */
  final class ConventionalBus implements PciSlots {
    private static final int FIRST = 3;
    private static final int LAST = 31;
    private static final Place VIDEO = new Place("pci.0", 2);
    private static final int ROOM = LAST - FIRST + 1;

    /** 0 is the host bridge, 1 the ISA bridge, 2 by custom the display. */
    private int slot = FIRST;

    @Override
    public Place next() {
      return new Place("pci.0", slot++);
    }

    @Override
    public Place sata() {
      return next();
    }

    @Override
    public Place video() {
      return VIDEO;
    }

    @Override
    public void complete(MachineDraft draft) {
      // The bus is part of the machine, and its other slots are the spare ones.
    }
  }
}
