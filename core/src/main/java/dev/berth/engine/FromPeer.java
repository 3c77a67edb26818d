package dev.berth.engine;

import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.engine.migration.PausedGuests;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Provision;
import dev.berth.engine.step.Step;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.IncomingStream;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ListeningMachine;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetPhase;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpEventListener;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/**
 * A guest that comes from another host, into a machine that is what its own one is.
 *
 * @param offer what the other host says of it
 * @param readiness what is so, in one step with the machine, once that is up and takes in the state
 * @param ready where it does, by then
 */
record FromPeer(
    HostServices host,
    Offer offer,
    BiFunction<Step, Arrival, Step> readiness,
    AtomicReference<Arrival> ready)
    implements MachineSource {
  /** What a new domain's definition has. */
  private static final long FIRST = 1;

  private static final long ANOTHER = 0;

  FromPeer(HostServices host, Offer offer, BiFunction<Step, Arrival, Step> readiness) {
    this(host, offer, readiness, new AtomicReference<>(Arrival.of(TargetPhase.INCOMING, "")));
  }

  /** The revision that a machine is of which that offer has. */
  static long revision(Offer offer) {
    return switch (offer.definitionState()) {
      case SAME -> FIRST;
      case CHANGED -> ANOTHER;
    };
  }

  /** What speaks against that offer once it is known of what machine it is here. */
  static Optional<String> obstacle(Offer offer, LaunchRecord planned) {
    return PausedGuests.obstacle(offer.guest(), planned.qemu().version(), "there");
  }

  @Override
  public Provision.Wanted wanted() {
    return Provision.Wanted.RECEIVE;
  }

  @Override
  public ResourceNames needed() {
    return offer.launch().resources();
  }

  @Override
  public LaunchRecord plan(HeldResources held) {
    LaunchRecord planned = host.launcher().planArrival(offer.arriving(), revision(offer), held);
    if (!offer.names(planned)) {
      throw new UnsupportedException(
          "Cannot take domain '"
              + offer.name()
              + "': its machine would open other files here than those that were looked at.");
    }
    Optional<String> obstacle = obstacle(offer, planned);
    if (obstacle.isPresent()) {
      throw new UnsupportedException(
          "Cannot take domain '" + offer.name() + "': " + obstacle.get() + ".");
    }
    return planned;
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    return new ComingStorage(host)
        .launch(
            offer,
            clearance,
            cleared -> listen(launch, held, cleared, events, deadline),
            storage -> ready.updateAndGet(it -> it.storedAt(storage)));
  }

  private Machine listen(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    IncomingStream from =
        offer
            .key()
            .<IncomingStream>map(host.network()::encrypted)
            .orElseGet(IncomingStream.Local::new);
    ListeningMachine listening =
        host.launcher().receive(launch, from, offer.channels(), held, clearance, events, deadline);
    StreamAddress stream =
        listening.port().isPresent()
            ? host.network().told(listening.port().getAsInt())
            : new StreamAddress.Socket(launch.files().stateSocket());
    ready.updateAndGet(it -> it.at(stream));
    return listening.machine();
  }

  /** It is told to run much later, and not by its start. */
  @Override
  public Deadline untilRunning(Deadline launch) {
    return launch;
  }

  @Override
  public StateReason running() {
    return StateReason.MIGRATED;
  }

  @Override
  public StateReason standing() {
    return StateReason.MIGRATING;
  }

  /** From then on a host that comes later does not take it for a start that was cut off. */
  @Override
  public Step completed(Step step) {
    return readiness.apply(step, ready.get());
  }

  @Override
  public boolean loads() {
    return true;
  }
}
