package dev.berth.machine;

import dev.berth.stats.LinkCounters;
import java.util.Optional;

/** The network interfaces of this host, as they were at one moment. */
public interface HostLinks {
  /** A host without any. */
  HostLinks NONE =
      new HostLinks() {
        @Override
        public Optional<LinkCounters> counters(String device) {
          return Optional.empty();
        }

        @Override
        public Optional<String> device(TapSource tap) {
          return Optional.empty();
        }
      };

  /** The counters of an interface, as a guest behind it sees them. */
  Optional<LinkCounters> counters(String device);

  /** The interface of a tap; empty when it cannot be told. */
  Optional<String> device(TapSource tap);
}
