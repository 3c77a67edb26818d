package dev.berth.launcher;

import dev.berth.error.InvalidStateException;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  /**
   * The places of a machine type, which is versioned and one that {@link #serves} accepts.
   *
   * @param spare how many there are to be for devices that come later, where that is to be decided
   */
  static PciSlots of(String machineType, int spare) {
    return machineType.startsWith("pc-q35-") ? new RootPorts(spare) : new ConventionalBus();
  }

  /** The places that a machine which runs has to spare. */
  static SparePlaces spareOf(LaunchRecord launch) {
    boolean isExpress = launch.hardware().machineType().startsWith("pc-q35-");
    return new SparePlaces(
        launch.subject().name().text(),
        isExpress ? RootPorts.spareOf(launch) : ConventionalBus.spareOf(launch));
  }

  /** Whether machines of that versioned type can be planned. */
  static boolean serves(String machineType) {
    return machineType.startsWith("pc-q35-") || machineType.startsWith("pc-i440fx-");
  }

  /** How many devices that need a place a machine of that type takes, with so many to spare. */
  static int room(String machineType, int spare) {
    return machineType.startsWith("pc-q35-") ? RootPorts.ROOM - spare : ConventionalBus.ROOM;
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
    private static final int ROOM = 27 * 8;

    private static final Place VIDEO = new Place("pcie.0", 0x1d);
    private static final Place SATA = new Place("pcie.0", 0x1e);

    private static final int FUNCTIONS = 8;
    private final int spare;
    private int used;

    private RootPorts(int spare) {
      this.spare = spare;
    }

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
      for (int port = 1; port <= used + spare; port++) {
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
          draft.device(
              new DeviceRecord(name(port), LaunchRecord.SPARE_PORT, "", "pcie.0", List.of()));
        }
      }
    }

    private static List<Place> spareOf(LaunchRecord launch) {
      return launch.devices().stream()
          .filter(device -> device.kind().equals(LaunchRecord.SPARE_PORT))
          .map(port -> new Place(port.id(), 0))
          .sorted(Comparator.comparing(place -> Integer.parseInt(place.bus().substring(4))))
          .toList();
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

    private static List<Place> spareOf(LaunchRecord launch) {
      Set<String> taken =
          launch.devices().stream().map(DeviceRecord::bus).collect(Collectors.toSet());
      return IntStream.rangeClosed(FIRST, LAST)
          .mapToObj(slot -> new Place("pci.0", slot))
          .filter(place -> !taken.contains(place.text()))
          .toList();
    }

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

  /** What a machine has to spare; the lowest place is taken first. */
  final class SparePlaces implements PciSlots {
    private final String domain;
    private final Deque<Place> free;
    private final Set<String> taken = new HashSet<>();

    private SparePlaces(String domain, List<Place> free) {
      this.domain = domain;
      this.free = new ArrayDeque<>(free);
    }

    /**
     * A place that is free.
     *
     * @throws InvalidStateException when none is
     */
    @Override
    public Place next() {
      Place place = free.poll();
      if (place == null) {
        throw new InvalidStateException(
            "Cannot attach anything to domain '"
                + domain
                + "': every PCI place of its machine is taken. Detach a device first, put disks on"
                + " 'bus: virtio-scsi', which share one place, or change the definition only and"
                + " restart the domain, whose next machine has places to spare again: as many as"
                + " 'spare-ports' says, on 'machine: q35'.");
      }
      taken.add(place.bus());
      return place;
    }

    /** The buses of the places that were taken. */
    Set<String> taken() {
      return Set.copyOf(taken);
    }

    @Override
    public Place sata() {
      throw fixed();
    }

    @Override
    public Place video() {
      throw fixed();
    }

    @Override
    public void complete(MachineDraft draft) {
      throw fixed();
    }

    private static IllegalStateException fixed() {
      return new IllegalStateException("what stands on the command line is not plugged in");
    }
  }
}
