package dev.berth.definition;

import dev.berth.definition.Disk.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of an item of {@code shares}. */
final class ShareSection {
  private static final Key<Share, String> NAME =
      Key.required(
          "name", DeviceNames.TYPE, "name: data", Share::name, "Unique among the domain's shares.");

  private static final Key<Share, Path> SOURCE =
      Key.required(
          "source",
          new PathType(),
          "source: /srv/data",
          Share::source,
          "The directory of the host. Who can change the definition can let the guest read and write"
              + " all that is in it.");

  private static final Key<Share, String> TAG =
      Key.optional(
          "tag",
          TextType.of("a tag of 1 to 36 of A-Z a-z 0-9 . _ -", "[A-Za-z0-9._-]{1,36}"),
          "the share's name",
          share -> Optional.of(share.tag()),
          "By which the guest mounts it: `mount -t virtiofs TAG DIRECTORY`.");

  private static final Key<Share, Access> READ_ONLY =
      Key.defaulted(
          "read-only",
          new SwitchType<>(Access.READ_ONLY, Access.READ_WRITE),
          Access.READ_WRITE,
          Share::access,
          "Whether the guest is kept from writing. Needs the virtiofsd that is written in Rust; the one"
              + " of QEMU 7.2 and older cannot do that.");

  static final Section<Share> SECTION =
      new Section<>(
          "a share",
          List.of(NAME, SOURCE, TAG, READ_ONLY),
          ShareSection::check,
          values ->
              new Share(
                  values.of(NAME),
                  values.of(SOURCE),
                  tag(values).orElseThrow(),
                  values.of(READ_ONLY)),
          schema -> {});

  private ShareSection() {}

  private static Optional<String> tag(Values<Share> values) {
    return values.find(TAG).or(() -> values.find(NAME));
  }

  private static void check(Values<Share> values, Place place) {
    DeviceNames.check("share", NAME, values, place);
    Key<Share, String> named = values.isGiven(TAG) ? TAG : NAME;
    tag(values)
        .flatMap(
            tag ->
                place
                    .reading()
                    .claim("share tag " + tag, place.path())
                    .map(
                        other ->
                            String.format(
                                "%s already has the tag '%s': choose another 'tag'", other, tag)))
        .ifPresent(message -> place.key(named.name()).report(values.position(named), message));
  }
}
