package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Network;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import dev.berth.domain.LinkState;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.NicLink;
import dev.berth.machine.TapSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Plans network interfaces and small devices, which are assembled over QMP: the same steps at start
 * and, later, at hotplug. Pure. Ids are made from the definition's names, so they are stable across
 * launches.
 */
final class DevicePlanner {
  private final MachineDraft draft;
  private final PciSlots slots;

  DevicePlanner(MachineDraft draft, PciSlots slots) {
    this.draft = draft;
    this.slots = slots;
  }

  /**
   * Adds a network interface; without a MAC address of its own it gets one that follows from the
   * domain and its name.
   *
   * @param bootIndex its place in the boot order, from 1; empty when it is not booted from
   * @param vhost whether the kernel can carry its packets
   */
  void nic(Nic nic, UUID domain, Optional<Integer> bootIndex, VhostNet vhost) {
    String netdev = "net-" + nic.name();
    String id = "nic-" + nic.name();
    String mac = mac(nic, domain);
    if (nic.network() instanceof Network.User user) {
      userNetwork(netdev, user);
    } else {
      tapNetwork(netdev, nic, mac, vhost);
    }
    Place place = slots.next();
    ObjectNode device =
        draft.plug("virtio-net-pci", id, place).put("netdev", netdev).put("mac", mac);
    if (bootIndex.isPresent()) {
      device.put("bootindex", bootIndex.get());
    } else {
      device.put(
          "romfile", ""); // never boots from the network, and the ROM would be a file to open
    }
    draft.device(new DeviceRecord(id, "nic", nic.name(), place.text(), List.of()));
    if (nic.link() == LinkState.DOWN) {
      draft.execute(NicLink.step(id, nic.link()));
    }
  }

  /** The address that the guest sees. */
  static String mac(Nic nic, UUID domain) {
    return nic.mac().orElseGet(() -> MacAddress.of(domain, nic.name()));
  }

  private void userNetwork(String netdev, Network.User user) {
    ObjectNode backend = draft.execute("netdev_add").put("type", "user").put("id", netdev);
    if (!user.forwards().isEmpty()) {
      ArrayNode forwards = backend.putArray("hostfwd");
      user.forwards().forEach(forward -> forwards.addObject().put("str", text(forward)));
    }
  }

  private void tapNetwork(String netdev, Nic nic, String mac, VhostNet vhost) {
    boolean wanted = nic.vhost() != VhostChoice.OFF;
    Optional<String> withoutVhost = vhost.obstacle().filter(obstacle -> wanted);
    draft.pass(new PassTap(netdev, nic.name(), tap(nic.network(), mac), withoutVhost));
    boolean served = wanted && withoutVhost.isEmpty();
    String descriptor = "vhost-" + nic.name();
    if (served) {
      draft.pass(new PassVhost(descriptor, nic.name(), vhost.device()));
    }
    ObjectNode backend =
        draft.execute("netdev_add").put("type", "tap").put("id", netdev).put("fd", netdev);
    if (served) {
      // unforced, QEMU 7.2 aborts where the kernel refuses after all, and 5.2 does without,
      // silently
      backend.put("vhost", true).put("vhostfd", descriptor).put("vhostforce", true);
    }
  }

  private static TapSource tap(Network network, String mac) {
    if (network instanceof Network.OpenTap open) {
      return new TapSource.Given(open.descriptor());
    }
    return network instanceof Network.Bridge bridge
        ? new TapSource.OnBridge(bridge.name(), mac)
        : new TapSource.Existing(((Network.Tap) network).device());
  }

  private static String text(PortForward forward) {
    return forward.protocol().name().toLowerCase(Locale.ROOT)
        + ":"
        + forward.hostAddress()
        + ":"
        + forward.hostPort()
        + "-:"
        + forward.guestPort();
  }

  /** Adds the small devices that the definition wants. */
  void small(Devices devices, MachineFiles files) {
    if (devices.rng() == Presence.PRESENT) {
      rng();
    }
    if (devices.balloon() == Presence.PRESENT) {
      balloon();
    }
    VirtioSerialPlanner serial = new VirtioSerialPlanner(draft, slots, files);
    if (devices.guestAgent() == Presence.PRESENT) {
      serial.agent();
    }
    serial.channels(devices.peripherals().ports().channels());
  }

  /** Adds a thread that serves disks. */
  void iothread(String name) {
    draft.execute(Iothreads.step(name));
    draft.device(Iothreads.device(name));
  }

  void rng() {
    draft
        .execute("object-add")
        .put("qom-type", "rng-random")
        .put("id", "rng-source")
        .put("filename", "/dev/urandom");
    onPci("virtio-rng-pci", "rng").put("rng", "rng-source");
  }

  void balloon() {
    onPci("virtio-balloon-pci", "balloon");
  }

  private ObjectNode onPci(String driver, String id) {
    Place place = slots.next();
    ObjectNode arguments = draft.plug(driver, id, place);
    draft.device(new DeviceRecord(id, id, "", place.text(), List.of()));
    return arguments;
  }
}
