package dev.berth.definition;

import java.util.List;
import java.util.Optional;

/**
 * The devices that a machine has only when asked for, and the panic device.
 *
 * @param video a graphics card, whose screen is reached by VNC on a UNIX socket
 * @param usb a USB controller with what is plugged into it
 * @param watchdog a watchdog, and what happens when the guest neglects it
 * @param panic how the guest tells that it panicked
 * @param vsockCid the guest's address for sockets between host and guest, from 3
 * @param consoles names of further serial ports, each with a socket
 * @param shares directories of the host that the guest can mount
 * @param sparePorts how many devices can be added while a machine on PCI Express runs; empty for
 *     {@link #USUAL_SPARE_PORTS}
 * @param vnc who may see the screen
 * @param ports ports with names of their own, which can come and go
 */
public record Peripherals(
    Optional<Video> video,
    Optional<Usb> usb,
    Optional<WatchdogAction> watchdog,
    PanicDevice panic,
    Optional<Integer> vsockCid,
    List<String> consoles,
    List<Share> shares,
    Optional<Integer> sparePorts,
    VncAccess vnc,
    NamedPorts ports) {

  /** Ports to spare without a word about them. */
  public static final int USUAL_SPARE_PORTS = 4;

  /** Nothing but a panic device. */
  public static final Peripherals USUAL =
      new Peripherals(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          PanicDevice.ISA,
          Optional.empty(),
          List.of(),
          List.of(),
          Optional.empty(),
          VncAccess.OPEN,
          NamedPorts.NONE);

  /** How many ports to spare there are. */
  public int portsToSpare() {
    return sparePorts.orElse(USUAL_SPARE_PORTS);
  }

  /** Copies the lists. */
  public Peripherals {
    consoles = List.copyOf(consoles);
    shares = List.copyOf(shares);
  }

  Peripherals withUsb(Optional<Usb> other) {
    return new Peripherals(
        video, other, watchdog, panic, vsockCid, consoles, shares, sparePorts, vnc, ports);
  }

  Peripherals withWatchdog(Optional<WatchdogAction> other) {
    return new Peripherals(
        video, usb, other, panic, vsockCid, consoles, shares, sparePorts, vnc, ports);
  }

  Peripherals withVsock(Optional<Integer> other) {
    return new Peripherals(
        video, usb, watchdog, panic, other, consoles, shares, sparePorts, vnc, ports);
  }

  Peripherals with(NamedPorts other) {
    return new Peripherals(
        video, usb, watchdog, panic, vsockCid, consoles, shares, sparePorts, vnc, other);
  }

  Peripherals withShares(List<Share> others) {
    return new Peripherals(
        video, usb, watchdog, panic, vsockCid, consoles, others, sparePorts, vnc, ports);
  }

  /** Who may see the screen, of those who may reach its socket. */
  public enum VncAccess {
    /** Everybody. */
    OPEN,
    /** Who knows the password that is set while the machine runs. */
    PASSWORD
  }

  /** Graphics cards. */
  public enum Video {
    /** QEMU's standard VGA. */
    VGA,
    /** A virtio GPU with VGA. */
    VIRTIO
  }

  /**
   * A USB 3 controller.
   *
   * @param devices what is plugged into it
   */
  public record Usb(List<UsbDevice> devices) {
    /** Copies the list. */
    public Usb {
      devices = List.copyOf(devices);
    }
  }

  /** What can be plugged into USB. */
  public enum UsbDevice {
    TABLET,
    KEYBOARD,
    MOUSE
  }

  /** What happens when the guest neglects its watchdog, by QEMU's names. */
  public enum WatchdogAction {
    RESET,
    SHUTDOWN,
    POWEROFF,
    INJECT_NMI,
    PAUSE,
    NONE
  }

  /** How a guest tells that it panicked. */
  public enum PanicDevice {
    /** An ISA device. */
    ISA,
    /** A PCI device, since QEMU 6.0. */
    PCI,
    /** It cannot. */
    NONE
  }
}
