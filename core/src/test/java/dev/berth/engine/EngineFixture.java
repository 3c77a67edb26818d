package dev.berth.engine;

import dev.berth.domain.DomainSnapshot;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.machine.MachineLauncher;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An engine on a store in memory and pretended machines, for one test. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
abstract class EngineFixture {
  static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  MemoryStore memory = new MemoryStore();
  FaultyStore store = new FaultyStore(memory);
  FakeMachines machines;
  TestHost host;

  @BeforeEach
  final void open() {
    machines = new FakeMachines(directory);
    host = opened(port -> port);
  }

  @AfterEach
  final void close() {
    host.close();
    machines.close();
    memory.close();
  }

  /** A host on what there is now. */
  TestHost opened(UnaryOperator<MachineLauncher> wrapped) {
    return new TestHost(store, machines, settings(), wrapped);
  }

  EngineSettings settings() {
    return TestHost.SETTINGS;
  }

  /** Closes the host and opens another on what the first has made durable. */
  final void reopen() {
    reopenWith(launcher -> {});
  }

  /** The same, with a launcher that has been told to misbehave. */
  final void reopenWith(Consumer<FakeLauncher> misbehaviour) {
    host.close();
    MemoryStore before = memory;
    memory = before.reopened();
    before.close();
    store = new FaultyStore(memory);
    host =
        opened(
            port -> {
              misbehaviour.accept((FakeLauncher) port);
              return port;
            });
  }

  final VmHost api() {
    return host.api();
  }

  final FakeLauncher launcher() {
    return host.launcher();
  }

  final DomainSnapshot web() {
    return host.domain("web");
  }

  /** Defines and starts 'web'. */
  final FakeMachine running() {
    host.define("web");
    host.start("web");
    return machines.of("web");
  }
}
