package dev.berth.launcher;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Peripherals;
import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.SmallDevice;
import dev.berth.error.InvalidStateException;
import dev.berth.error.Problem;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.SerialSockets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Plans a small device for a machine that runs, by what plans the devices of a start. */
final class SmallDeviceHotplug {
  private final LaunchRecord launch;
  private final DevicePlanner devices;
  private final PeripheralPlanner peripherals;
  private final VirtioSerialPlanner serial;

  SmallDeviceHotplug(LaunchRecord launch, MachineDraft draft, PciSlots places) {
    this.launch = launch;
    this.devices = new DevicePlanner(draft, places);
    this.peripherals = new PeripheralPlanner(draft, places, Peripherals.USUAL);
    this.serial = VirtioSerialPlanner.on(launch, draft, places);
  }

  void plan(SmallDevice device) {
    switch (device.type()) {
      case RNG -> devices.rng();
      case BALLOON -> devices.balloon();
      case USB -> peripherals.usbController();
      case TABLET, KEYBOARD, MOUSE -> usb(((SmallDevice.UsbInput) device).device());
      case WATCHDOG -> peripherals.watchdog(((SmallDevice.Watchdog) device).action());
      case IOTHREAD -> devices.iothread(((SmallDevice.Iothread) device).threadName());
      case VSOCK -> vsock((SmallDevice.Vsock) device);
      case CHANNEL -> channel((SmallDevice.Channel) device);
      case PCI_SERIAL -> {
        requireFree(device);
        peripherals.pciSerial(device.name(), launch.files());
      }
    }
  }

  private void usb(UsbDevice device) {
    int port =
        IntStream.rangeClosed(1, PeripheralPlanner.USB_PORTS)
            .filter(free -> !has(PeripheralPlanner.usbId(free)))
            .findFirst()
            .orElseThrow(this::noUsbPort);
    if (!has(PeripheralPlanner.USB)) {
      peripherals.usbController();
    }
    peripherals.usbDevice(device, port);
  }

  private InvalidStateException noUsbPort() {
    return new InvalidStateException(
        "Cannot attach anything to USB of domain '"
            + launch.subject().name()
            + "': its "
            + PeripheralPlanner.USB_PORTS
            + " ports are taken. Detach a device first.");
  }

  private void vsock(SmallDevice.Vsock vsock) {
    List<Problem> problems = new ArrayList<>();
    VsockChecks.check(VsockChecks.DEVICE, problems);
    if (!problems.isEmpty()) {
      throw DeviceDocument.problems(vsock, problems);
    }
    peripherals.vsock(vsock.cid());
  }

  private void channel(SmallDevice.Channel channel) {
    requireFree(channel);
    int number =
        VirtioSerialPlanner.freeNumber(launch)
            .orElseThrow(
                () ->
                    new InvalidStateException(
                        "Cannot attach a channel to domain '"
                            + launch.subject().name()
                            + "': every port of its virtio-serial controller is taken. Detach a"
                            + " channel first."));
    serial.channel(channel.name(), number);
  }

  /** A port of another kind may have the name, by which both would be asked for. */
  private void requireFree(SmallDevice port) {
    if (SerialSockets.of(launch).containsKey(port.name())) {
      throw DeviceDocument.problems(
          port,
          List.of(Problem.at("name", "another port of the machine has this name: choose another")));
    }
  }

  private boolean has(String id) {
    return launch.devices().stream().anyMatch(device -> device.id().equals(id));
  }
}
