package dev.berth.definition;

import java.util.Optional;
import java.util.function.Function;

/** The key {@code boot-order}, which disks and network interfaces share. */
final class BootOrder {
  /** More than all devices together can be. */
  private static final int LAST = 99;

  private BootOrder() {}

  /** The key, whose value that function finds in a device. */
  static <R> Key<R, Integer> key(Function<R, Optional<Integer>> part) {
    return Key.optional(
        "boot-order",
        new IntegerType(1, LAST),
        "disks boot in the order of their list, if no device has the key; else it is not booted"
            + " from",
        part,
        "Its place in the boot order, over all disks and network interfaces; 1 is tried first.");
  }

  /** Reports a place that another device has. */
  static <R> void check(Key<R, Integer> key, Values<R> values, Place place) {
    values
        .find(key)
        .flatMap(
            order ->
                place
                    .reading()
                    .claim("boot order " + order, place.path())
                    .map(other -> other + " already has place " + order + ": choose another"))
        .ifPresent(message -> place.key(key.name()).report(values.position(key), message));
  }
}
