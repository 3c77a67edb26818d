package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.engine.image.NamedImages;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Provision;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpEventListener;
import java.util.UUID;

/** A guest that boots, in a machine that is as the definition has it. */
record FromDefinition(
    MachineLauncher launcher,
    NamedImages images,
    UUID domain,
    long revision,
    DomainDefinition definition)
    implements MachineSource {

  /**
   * From the present definition.
   *
   * @throws dev.berth.error.HostFailureException when it cannot be read
   */
  static FromDefinition of(HostServices host, Ledger ledger) {
    return new FromDefinition(
        host.launcher(), host.namedImages(), ledger.uuid(), ledger.revision(), ledger.definition());
  }

  @Override
  public Provision.Wanted wanted() {
    return Provision.Wanted.START;
  }

  @Override
  public ResourceNames needed() {
    return definition.resources();
  }

  @Override
  public LaunchRecord plan(HeldResources held) {
    return launcher.plan(domain, revision, images.found(definition), held);
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    return launcher.launch(launch, held, clearance, events, deadline);
  }

  @Override
  public Deadline untilRunning(Deadline launch) {
    return launch;
  }

  @Override
  public StateReason running() {
    return StateReason.BOOTED;
  }

  @Override
  public boolean loads() {
    return false;
  }
}
