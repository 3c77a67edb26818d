package dev.berth.schema;

import java.util.Map;
import java.util.Optional;

/** The commands that came or went between the versions of QEMU that Berth runs. */
public final class KnownFacts implements CommandFacts {
  private static final Map<String, Fact> FACTS =
      Map.ofEntries(
          Map.entry("block_passwd", removed("6.0")),
          Map.entry("blockdev-reopen", since("6.1")),
          Map.entry("change", removed("6.0", "blockdev-change-medium")),
          Map.entry("cpu-add", removed("5.2", "device_add")),
          Map.entry("migrate-set-cache-size", removed("6.0", "migrate-set-parameters")),
          Map.entry("migrate_set_downtime", removed("6.0", "migrate-set-parameters")),
          Map.entry("migrate_set_speed", removed("6.0", "migrate-set-parameters")),
          Map.entry("query-cpus", removed("6.0", "query-cpus-fast")),
          Map.entry("query-events", removed("6.0", "query-qmp-schema")),
          Map.entry("query-migrate-cache-size", removed("6.0", "query-migrate-parameters")),
          Map.entry("query-yank", since("6.0")),
          Map.entry("set-action", since("6.0")),
          Map.entry("snapshot-delete", since("6.0")),
          Map.entry("snapshot-load", since("6.0")),
          Map.entry("snapshot-save", since("6.0")),
          Map.entry("x-blockdev-reopen", removed("6.1", "blockdev-reopen")),
          Map.entry("yank", since("6.0")));

  @Override
  public Optional<Fact> find(String name) {
    return Optional.ofNullable(FACTS.get(name));
  }

  private static Fact since(String version) {
    return new Fact(Optional.of(version), Optional.empty(), Optional.empty());
  }

  private static Fact removed(String version) {
    return new Fact(Optional.empty(), Optional.of(version), Optional.empty());
  }

  private static Fact removed(String version, String instead) {
    return new Fact(Optional.empty(), Optional.of(version), Optional.of(instead));
  }
}
