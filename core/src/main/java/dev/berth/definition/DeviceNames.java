package dev.berth.definition;

/** The names of disks and network interfaces. */
final class DeviceNames {
  /**
   * A legal QEMU id, and short enough that node names made from it stay within QEMU's 31
   * characters.
   */
  static final TextType<String> TYPE =
      TextType.of("a name of 1 to 20 of a-z 0-9 - beginning with a letter", "[a-z][a-z0-9-]{0,19}");

  private DeviceNames() {}

  /** Reports a name that another device of its kind has. */
  static <R> void check(String kind, Key<R, String> key, Values<R> values, Place place) {
    values
        .find(key)
        .flatMap(
            name ->
                place
                    .reading()
                    .claim(kind + " " + name, place.path())
                    .map(
                        other ->
                            String.format(
                                "%s already has the name '%s': choose another", other, name)))
        .ifPresent(message -> place.key(key.name()).report(values.position(key), message));
  }
}
