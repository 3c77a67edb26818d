package dev.berth.conformance;

import java.util.List;

/**
 * What is done with a QEMU to see that commands of one topic, and their events, are as modelled.
 */
interface Scenario {

  /** What the record of what ran calls it. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** QEMU's options beside those that every scenario has. */
  default List<String> options() {
    return List.of();
  }

  /** The machine, and its accelerator. */
  default List<String> machine() {
    return List.of("-machine", "q35", "-accel", "tcg", "-m", "64");
  }

  /** Whether it is for the full run only. */
  default boolean isLong() {
    return false;
  }

  /** Goes through all of it. */
  void run(LiveQemu qemu) throws Exception;

  /** Words of a command line; none of them has a space in it. */
  static List<String> words(String... lines) {
    return List.of(String.join(" ", lines).split(" "));
  }
}
