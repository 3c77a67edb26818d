package dev.berth.definition;

import dev.berth.definition.Devices.Presence;

/**
 * A CPU feature that differs from the model's.
 *
 * @param name QEMU's, such as {@code avx2}
 * @param presence whether the guest has it
 */
public record CpuFeature(String name, Presence presence) {

  /** The feature as definitions have it: {@code +avx2} or {@code -hle}. */
  static CpuFeature parse(String text) {
    return new CpuFeature(
        text.substring(1), text.startsWith("+") ? Presence.PRESENT : Presence.ABSENT);
  }

  /** The form that {@link #parse} reads. */
  String text() {
    return (presence == Presence.PRESENT ? "+" : "-") + name;
  }
}
