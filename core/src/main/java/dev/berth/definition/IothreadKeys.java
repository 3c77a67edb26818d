package dev.berth.definition;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The key of threads that serve disks, and what holds between it and the disks. */
final class IothreadKeys {
  private static final int MOST = 64;

  static final Key<DomainDefinition, List<String>> IOTHREADS =
      Key.optional(
          "iothreads",
          new ListType<>("iothreads", DeviceNames.TYPE, MOST),
          "none",
          definition ->
              Optional.of(definition.devices().iothreads()).filter(names -> !names.isEmpty()),
          "Names of threads of QEMU that serve disks beside its main loop. A disk says by which it is"
              + " served (`iothread`); one thread can serve many.");

  private IothreadKeys() {}

  static void check(
      Values<DomainDefinition> values, Key<DomainDefinition, List<Disk>> disks, Place place) {
    Set<String> names = new HashSet<>();
    for (String name : values.find(IOTHREADS).orElse(List.of())) {
      if (!names.add(name)) {
        place
            .key(IOTHREADS.name())
            .report(
                values.position(IOTHREADS),
                "two iothreads have the name '" + name + "': choose another, or remove one");
      }
    }
    List<Disk> all = values.find(disks).orElse(List.of());
    for (int i = 0; i < all.size(); i++) {
      Optional<String> wanted = all.get(i).attachment().iothread();
      if (wanted.isPresent() && !names.contains(wanted.get())) {
        place
            .key(disks.name())
            .item(i)
            .key(DiskSection.IOTHREAD)
            .report(values.position(disks), unknown(wanted.get(), names));
      }
    }
  }

  private static String unknown(String name, Set<String> names) {
    return "there is no iothread '"
        + name
        + "': "
        + NearestWord.to(name, names)
            .map(nearest -> "did you mean '" + nearest + "'?")
            .orElse("add 'iothreads: [" + name + "]' to the definition, or remove the key");
  }
}
