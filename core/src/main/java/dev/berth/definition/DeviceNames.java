package dev.berth.definition;

/** The names of disks and network interfaces. */
final class DeviceNames {
  private static final String PATTERN = "[a-z][a-z0-9-]{0,19}";

  /**
   * A legal QEMU id, and short enough that node names made from it stay within QEMU's 31
   * characters.
   */
  static final TextType<String> TYPE =
      TextType.of("a name of 1 to 20 of a-z 0-9 - beginning with a letter", PATTERN);

  private DeviceNames() {}

  /** Whether that can be such a name. */
  static boolean isOne(String text) {
    return text.matches(PATTERN);
  }

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
