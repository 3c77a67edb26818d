package dev.berth.launcher;

import dev.berth.definition.Peripherals;
import dev.berth.definition.Peripherals.PanicDevice;
import dev.berth.definition.Peripherals.Usb;
import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.Video;
import dev.berth.definition.Peripherals.VncAccess;
import dev.berth.definition.Peripherals.WatchdogAction;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.SerialSockets;
import java.util.List;
import java.util.Locale;

/**
 * Plans the devices that a machine has only when asked for. ISA serial ports, graphics cards and
 * ISA devices cannot be plugged into a machine that stands, so they are on the command line; the
 * others are assembled over QMP. Pure.
 */
final class PeripheralPlanner {
  static final String USB = "usb";

  /** How many devices of USB 2 and older the controller takes. */
  static final int USB_PORTS = 4;

  private final MachineDraft draft;
  private final PciSlots slots;
  private final Peripherals peripherals;

  PeripheralPlanner(MachineDraft draft, PciSlots slots, Peripherals peripherals) {
    this.draft = draft;
    this.slots = slots;
    this.peripherals = peripherals;
  }

  /** Adds what is on the command line. */
  void onCommandLine(MachineFiles files) {
    for (String name : peripherals.consoles()) {
      String id = "console-" + name;
      draft.option("-chardev", OptionText.socket(id, files.consoleSocket(name)));
      draft.option("-device", OptionText.of("isa-serial").with("chardev", id));
      draft.device(new DeviceRecord(id, SerialSockets.CONSOLE, name, "isa", List.of()));
    }
    if (peripherals.panic() == PanicDevice.ISA) {
      draft.option("-device", OptionText.of("pvpanic").with("id", "panic"));
    }
    peripherals.video().ifPresent(video -> video(video, files));
  }

  private void video(Video video, MachineFiles files) {
    Place place = slots.video();
    draft.option(
        "-device",
        OptionText.of(
                switch (video) {
                  case VGA -> "VGA";
                  case VIRTIO -> "virtio-vga";
                })
            .with("id", "video")
            .with("bus", place.bus())
            .with("addr", place.address()));
    OptionText vnc = OptionText.of("unix:" + files.vncSocket());
    draft.option(
        "-vnc", peripherals.vnc() == VncAccess.PASSWORD ? vnc.with("password", "on") : vnc);
    draft.device(new DeviceRecord("video", LaunchRecord.VIDEO, "", place.text(), List.of()));
  }

  /** Adds what is assembled. */
  void assembled(MachineFiles files) {
    peripherals.usb().ifPresent(this::usb);
    peripherals.watchdog().ifPresent(this::watchdog);
    if (peripherals.panic() == PanicDevice.PCI) {
      plug("pvpanic-pci", "panic");
    }
    peripherals.vsockCid().ifPresent(this::vsock);
    peripherals.ports().pciSerials().forEach(name -> pciSerial(name, files));
  }

  /** A serial port that can come and go. Its socket is that of a further console. */
  void pciSerial(String name, MachineFiles files) {
    String id = "serial-" + name;
    draft.execute(SerialSockets.step(id, files.consoleSocket(name)));
    Place place = slots.next();
    draft.plug("pci-serial", id, place).put("chardev", id);
    draft.device(new DeviceRecord(id, SerialSockets.PCI_SERIAL, name, place.text(), List.of()));
  }

  private void usb(Usb usb) {
    usbController();
    int port = 1;
    for (UsbDevice device : usb.devices()) {
      usbDevice(device, port++);
    }
  }

  void usbController() {
    plug("qemu-xhci", USB);
  }

  /** The id of what is plugged into that port of the controller. */
  static String usbId(int port) {
    return USB + "-" + port;
  }

  void usbDevice(UsbDevice device, int port) {
    String driver =
        switch (device) {
          case TABLET -> "usb-tablet";
          case KEYBOARD -> "usb-kbd";
          case MOUSE -> "usb-mouse";
        };
    draft.plug(driver, usbId(port)).put("bus", USB + ".0").put("port", Integer.toString(port));
    String kind = device.name().toLowerCase(Locale.ROOT);
    draft.device(new DeviceRecord(usbId(port), kind, "", USB + ".0", List.of()));
  }

  void vsock(int cid) {
    Place place = slots.next();
    draft.plug("vhost-vsock-pci", "vsock", place).put("guest-cid", cid);
    draft.device(new DeviceRecord("vsock", "vsock", "", place.text(), List.of()));
  }

  void watchdog(WatchdogAction action) {
    String word = action.name().toLowerCase(Locale.ROOT).replace('_', '-');
    draft.execute("watchdog-set-action").put("action", word);
    plug("i6300esb", "watchdog");
  }

  private void plug(String driver, String id) {
    Place place = slots.next();
    draft.plug(driver, id, place);
    draft.device(new DeviceRecord(id, id, "", place.text(), List.of()));
  }
}
