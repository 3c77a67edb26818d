package dev.berth.definition;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The names of serial ports and channels. Whoever connects says one of them, and so does whoever
 * takes one out, so that no two can have the same.
 */
final class PortNames {
  /** A virtio-serial controller has 31 ports; one is a console's and one the guest agent's. */
  static final int MOST_CHANNELS = 29;

  /** As many as PCs have of others, and guests make devices for without being told to. */
  static final int MOST_PCI_SERIALS = 4;

  /** The port of the guest agent, which has a key of its own. */
  private static final String AGENT = "org.qemu.guest_agent.0";

  static final TextType<String> CHANNEL =
      TextType.of(
          "a port's name such as org.example.chan.0, of 1 to 64 of A-Z a-z 0-9 . _ - beginning with"
              + " a letter or digit",
          "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final Set<String> taken = new HashSet<>();

  /** Reports the names of that key which another port of the same definition has. */
  <R> void check(Key<R, List<String>> key, String plural, Values<R> values, Place place) {
    for (String name : values.find(key).orElse(List.of())) {
      if (!taken.add(name)) {
        report(
            key, "two " + plural + " have the name '" + name + "': choose another", values, place);
      }
    }
  }

  /** The same of ports that come and go, whose names can be no other device's either. */
  <R> void checkPlugged(Key<R, List<String>> key, Values<R> values, Place place) {
    check(key, "ports", values, place);
    for (String name : values.find(key).orElse(List.of())) {
      refusal(name).ifPresent(refusal -> report(key, refusal, values, place));
    }
  }

  private static <R> void report(Key<R, ?> key, String problem, Values<R> values, Place place) {
    place.key(key.name()).report(values.position(key), problem);
  }

  /** Why that name can be no port's; empty when it can. */
  static Optional<String> refusal(String name) {
    if (name.equals(AGENT)) {
      return Optional.of(
          "'" + name + "' is the guest agent's port: say 'agent: true' in the definition instead");
    }
    boolean isThread = name.startsWith(SmallDevice.Iothread.PREFIX);
    return isThread
            || Arrays.stream(SmallDevice.Type.values()).anyMatch(type -> type.word().equals(name))
        ? Optional.of("'" + name + "' is what a device is called: choose another name")
        : Optional.empty();
  }
}
