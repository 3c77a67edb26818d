package dev.berth.config;

import dev.berth.config.FleetVerb.Sight;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a fleet's domains must be, going by what was asked for and acknowledged. A verb that was cut
 * off has happened or not. Thread-safe.
 */
final class FleetModel {
  /** One verb asked of one domain. */
  record Asked(String name, FleetVerb verb, Sight before, Sight after, String label) {}

  private record Fate(Sight before, Optional<Asked> asked) {
    Set<Sight> possible() {
      Set<Sight> possible = new HashSet<>(Set.of(before));
      asked.ifPresent(cut -> possible.add(cut.after()));
      return possible;
    }
  }

  private final Random random;
  private final Map<String, Fate> fates = new TreeMap<>();
  private final Map<FleetVerb, Integer> acknowledged = new EnumMap<>(FleetVerb.class);
  private int cutOff;
  private int labels;

  FleetModel(int domains, Random random) {
    this.random = random;
    for (int i = 0; i < domains; i++) {
      fates.put("vm-" + i, new Fate(Sight.ABSENT, Optional.empty()));
    }
  }

  List<String> names() {
    return List.copyOf(fates.keySet());
  }

  /** Chooses a domain that nobody is at, and a verb for it. */
  synchronized Asked choose() {
    List<String> free = new ArrayList<>(fates.keySet());
    free.removeIf(name -> fates.get(name).asked().isPresent());
    String name = free.get(random.nextInt(free.size()));
    Sight before = fates.get(name).before();
    List<FleetVerb> allowed = FleetVerb.allowed(before);
    return ask(name, allowed.get(random.nextInt(allowed.size())));
  }

  synchronized Asked ask(String name, FleetVerb verb) {
    Sight before = fates.get(name).before();
    String label = Integer.toString(++labels);
    Asked asked = new Asked(name, verb, before, verb.after(before, label), label);
    fates.put(name, new Fate(before, Optional.of(asked)));
    return asked;
  }

  synchronized void acknowledge(Asked asked) {
    acknowledged.merge(asked.verb(), 1, Integer::sum);
    fates.put(asked.name(), new Fate(asked.after(), Optional.empty()));
  }

  /** What the domain may be found as. */
  synchronized Set<Sight> possible(String name) {
    return fates.get(name).possible();
  }

  /** The verb of which it is not known whether it has happened. */
  synchronized Optional<Asked> cutOff(String name) {
    return fates.get(name).asked();
  }

  /** A host that has settled has shown the domain so. */
  synchronized void seen(String name, Sight sight) {
    cutOff += fates.get(name).asked().isPresent() ? 1 : 0;
    fates.put(name, new Fate(sight, Optional.empty()));
  }

  synchronized int cutOff() {
    return cutOff;
  }

  synchronized Map<FleetVerb, Integer> acknowledged() {
    return Collections.unmodifiableMap(new EnumMap<>(acknowledged));
  }
}
