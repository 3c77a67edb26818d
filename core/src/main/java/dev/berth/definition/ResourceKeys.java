package dev.berth.definition;

import dev.berth.domain.ResourceNames;

/** Keys that name what is given when a domain starts. */
final class ResourceKeys {
  /** The type of all such keys. */
  static final TextType<String> NAME =
      TextType.of(
          "a resource's name of 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit",
          ResourceNames.PATTERN);

  private ResourceKeys() {}

  /** Reports a descriptor that another device takes: each needs one of its own. */
  static <R> void checkDescriptor(Key<R, String> key, Values<R> values, Place place) {
    values
        .find(key)
        .flatMap(
            name ->
                place
                    .reading()
                    .claim("fd " + name, place.path())
                    .map(
                        other ->
                            String.format(
                                "%s already takes the descriptor '%s': each device needs one of its"
                                    + " own, choose another name",
                                other, name)))
        .ifPresent(message -> place.key(key.name()).report(values.position(key), message));
  }
}
