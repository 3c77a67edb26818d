package dev.berth.bench;

import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.storage.H2Store;
import dev.berth.storage.StoreSettings;
import dev.berth.store.Store;
import dev.berth.store.StoredLaunch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A home for hosts in this JVM. */
final class BenchHost {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Path home;

  BenchHost(Path home) {
    this.home = home;
  }

  VmHost open() {
    return Berth.open(HostSettings.under(home));
  }

  /** Defines a domain from YAML whose paths start from the home. */
  static DomainRef define(VmHost host, Path directory, String yaml) {
    DefinitionDocument document = new DefinitionDocument(yaml, "bench.yaml", directory);
    return DomainRef.of(host.define(document, new DefineCondition.Always()).snapshot().name());
  }

  /** A small domain without disk and network. */
  static DomainRef defineSmall(VmHost host, Path directory, int number) {
    return define(host, directory, small(number));
  }

  /** The definition of {@link #defineSmall}. */
  static String small(int number) {
    return "name: bench-%02d\nmemory: 64MiB\n".formatted(number);
  }

  static void destroy(VmHost host, DomainRef domain) {
    host.destroy(domain, GRACE, CallOptions.none());
  }

  /** What the machines of a closed host were started with. */
  List<LaunchRecord> launches() {
    LaunchRecordCodec codec = new LaunchRecordCodec();
    try (Store store = H2Store.open(StoreSettings.at(home))) {
      return store.contents().launches().stream()
          .map(StoredLaunch::document)
          .map(codec::read)
          .toList();
    }
  }
}
