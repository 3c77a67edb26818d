package dev.berth.engine;

import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.contract.GuestRig;
import java.nio.file.Path;

/** An engine on a store in memory and pretended machines, for contract tests. */
abstract class EngineRig extends GuestRig {
  private final MemoryStore store = new MemoryStore();
  private final FakeMachines machines;
  private final TestHost engineHost;

  EngineRig(Path directory) {
    this.machines = new FakeMachines(directory);
    this.engineHost = new TestHost(store, machines);
  }

  final TestHost engineHost() {
    return engineHost;
  }

  @Override
  public final void guestIgnoresPowerButton() {
    web().ignorePowerButton();
  }

  @Override
  public final void guestPanics() {
    web().guestPanics();
  }

  @Override
  public final void guestPowersOff() {
    web().guestShutsDown();
  }

  private FakeMachine web() {
    return machines.of("web");
  }

  @Override
  public void close() {
    engineHost.close();
    machines.close();
    store.close();
  }
}
