package dev.berth.conformance;

import java.util.Comparator;
import java.util.Locale;

/**
 * One line of the record of what ran on a QEMU.
 *
 * @param scenario which scenario made it run
 * @param how what became of it
 * @param name the command's or the event's
 * @param why what QEMU said when it refused; else empty
 */
record Ran(String scenario, How how, String name, String why) implements Comparable<Ran> {
  private static final Comparator<Ran> ORDER =
      Comparator.comparing(Ran::scenario)
          .thenComparing(Ran::how)
          .thenComparing(Ran::name)
          .thenComparing(Ran::why);

  /** What became of a command or an event. */
  enum How {
    /** The command succeeded, and its reply was read whole. */
    EXECUTED,
    /** QEMU read the command and refused it. */
    REFUSED,
    /** The event came, and was read whole. */
    SEEN
  }

  static Ran read(String line) {
    String[] fields = line.split("\t", -1);
    return new Ran(
        fields[0], How.valueOf(fields[1].toUpperCase(Locale.ROOT)), fields[2], fields[3]);
  }

  String line() {
    return String.join("\t", scenario, how.name().toLowerCase(Locale.ROOT), name, why);
  }

  @Override
  public int compareTo(Ran other) {
    return ORDER.compare(this, other);
  }
}
