package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.util.List;

/**
 * The small devices that every machine can have.
 *
 * @param consoleLogLimit size at which the serial console's log is cut to its newer half
 * @param rng a virtio entropy source fed from the host's {@code /dev/urandom}
 * @param balloon a virtio memory balloon
 * @param guestAgent the virtio-serial channel {@code org.qemu.guest_agent.0}
 * @param peripherals devices that are there only when asked for
 * @param iothreads names of the threads that serve disks
 */
public record Devices(
    ByteSize consoleLogLimit,
    Presence rng,
    Presence balloon,
    Presence guestAgent,
    Peripherals peripherals,
    List<String> iothreads) {

  /** Copies the list. */
  public Devices {
    iothreads = List.copyOf(iothreads);
  }

  /** The same without threads that serve disks. */
  public Devices(
      ByteSize consoleLogLimit,
      Presence rng,
      Presence balloon,
      Presence guestAgent,
      Peripherals peripherals) {
    this(consoleLogLimit, rng, balloon, guestAgent, peripherals, List.of());
  }

  /** No other devices than these. */
  public Devices(ByteSize consoleLogLimit, Presence rng, Presence balloon, Presence guestAgent) {
    this(consoleLogLimit, rng, balloon, guestAgent, Peripherals.USUAL);
  }

  Devices withRng(Presence other) {
    return new Devices(consoleLogLimit, other, balloon, guestAgent, peripherals, iothreads);
  }

  Devices withBalloon(Presence other) {
    return new Devices(consoleLogLimit, rng, other, guestAgent, peripherals, iothreads);
  }

  Devices with(Peripherals other) {
    return new Devices(consoleLogLimit, rng, balloon, guestAgent, other, iothreads);
  }

  Devices withIothreads(List<String> others) {
    return new Devices(consoleLogLimit, rng, balloon, guestAgent, peripherals, others);
  }

  /** Whether a device is part of the machine. */
  public enum Presence {
    PRESENT,
    ABSENT
  }
}
