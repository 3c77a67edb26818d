package dev.berth.definition;

import dev.berth.domain.ByteSize;

/**
 * The small devices that every machine can have.
 *
 * @param consoleLogLimit size at which the serial console's log is cut to its newer half
 * @param rng a virtio entropy source fed from the host's {@code /dev/urandom}
 * @param balloon a virtio memory balloon
 * @param guestAgent the virtio-serial channel {@code org.qemu.guest_agent.0}
 * @param peripherals devices that are there only when asked for
 */
public record Devices(
    ByteSize consoleLogLimit,
    Presence rng,
    Presence balloon,
    Presence guestAgent,
    Peripherals peripherals) {

  /** No other devices than these. */
  public Devices(ByteSize consoleLogLimit, Presence rng, Presence balloon, Presence guestAgent) {
    this(consoleLogLimit, rng, balloon, guestAgent, Peripherals.USUAL);
  }

  Devices withRng(Presence other) {
    return new Devices(consoleLogLimit, other, balloon, guestAgent, peripherals);
  }

  Devices withBalloon(Presence other) {
    return new Devices(consoleLogLimit, rng, other, guestAgent, peripherals);
  }

  Devices with(Peripherals other) {
    return new Devices(consoleLogLimit, rng, balloon, guestAgent, other);
  }

  /** Whether a device is part of the machine. */
  public enum Presence {
    PRESENT,
    ABSENT
  }
}
