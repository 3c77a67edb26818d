package dev.berth.engine;

import dev.berth.engine.migration.Peers;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetHost;
import dev.berth.migration.TargetPhase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The targets of one domain's migrations, each connected to as long as its migration goes on: a
 * guest that stands does not wait for a connection. Thread-safe; calls wait for the other host.
 */
final class MigrationPeers {
  private final Peers peers;

  // guarded by this
  private final Map<JobId, Peer> connected = new HashMap<>();
  private boolean closed;

  MigrationPeers(Peers peers) {
    this.peers = peers;
  }

  /**
   * Has the target make a machine ready.
   *
   * @throws HostFailureException when it does not say that it has: then it is told to forget it
   */
  Arrival prepare(KeptJob job, Offer offer) {
    try {
      Peer peer = peer(job);
      Arrival ready = peer.target().prepare(offer);
      Arrival reached = ready.stream().map(named -> ready.at(peer.reach(named))).orElse(ready);
      return ready.storage().map(named -> reached.storedAt(peer.reach(named))).orElse(reached);
    } catch (OutcomeUnknownException unknown) {
      throw new HostFailureException(String.valueOf(unknown.getMessage()), unknown);
    }
  }

  /**
   * Has the target give a domain without a machine its place.
   *
   * @throws HostFailureException when it does not say that it has: then it is told to forget it
   */
  Arrival reserve(KeptJob job, DomainOffer offer) {
    try {
      Peer peer = peer(job);
      Arrival place = peer.target().reserve(offer);
      requireEncrypted(job, offer, place);
      return place.storage().map(named -> place.storedAt(peer.reach(named))).orElse(place);
    } catch (OutcomeUnknownException unknown) {
      throw new HostFailureException(String.valueOf(unknown.getMessage()), unknown);
    }
  }

  /** A host that does not know of keys would have them come from its own machine. */
  private static void requireEncrypted(KeptJob job, DomainOffer offer, Arrival place) {
    if (offer.key().isPresent()
        && place.storage().filter(StreamAddress.Socket.class::isInstance).isPresent()) {
      throw new HostFailureException(
          "The host at "
              + MigrationRow.target(job)
              + " takes in images of a domain that is shut off from its own machine alone: it is"
              + " of an older version. Upgrade it. Nothing was sent.");
    }
  }

  /** Tells the target that all of the images that a domain takes along is there. */
  Arrival settle(KeptJob job) {
    return said(job, target -> target.settle(domain(job), job.job().id()));
  }

  /** What the target says, once it has more to say than that it takes in the state. */
  Arrival await(KeptJob job, Duration longest) {
    return said(job, target -> target.await(domain(job), job.job().id(), longest));
  }

  /** Tells the target that the guest is its own. */
  Arrival take(KeptJob job) {
    return said(job, target -> target.take(domain(job), job.job().id()));
  }

  /** Tells the target that the guest never will be. */
  Arrival discard(KeptJob job) {
    return said(job, target -> target.discard(domain(job), job.job().id()));
  }

  /** The same, unless it had to be connected to first; nobody hears what it says. */
  void forgo(KeptJob job) {
    Optional<Peer> known;
    synchronized (this) {
      known = Optional.ofNullable(connected.get(job.job().id()));
    }
    known.ifPresent(
        peer -> said(() -> peer, target -> target.discard(domain(job), job.job().id())));
  }

  private static UUID domain(KeptJob job) {
    return job.job().target().domain().orElseThrow();
  }

  private Arrival said(KeptJob job, Function<TargetHost, Arrival> question) {
    return said(() -> peer(job), question);
  }

  /** Whatever keeps it from being asked or from answering, it is silent. */
  private static Arrival said(Supplier<Peer> peer, Function<TargetHost, Arrival> question) {
    try {
      return question.apply(peer.get().target());
    } catch (BerthException unreachable) {
      return Arrival.of(TargetPhase.SILENT, String.valueOf(unreachable.getMessage()));
    } catch (RuntimeException unreadable) {
      return Arrival.of(TargetPhase.SILENT, "what it answers cannot be understood: " + unreadable);
    }
  }

  private Peer peer(KeptJob job) {
    JobId id = job.job().id();
    synchronized (this) {
      Peer known = connected.get(id);
      if (known != null) {
        return known;
      }
    }
    Peer fresh = peers.connect(MigrationRow.target(job));
    Peer kept;
    synchronized (this) {
      kept = closed ? fresh : connected.computeIfAbsent(id, none -> fresh);
    }
    if (kept != fresh || isClosed()) {
      fresh.close();
    }
    return kept;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** That migration is over. */
  void forget(JobId id) {
    Peer known;
    synchronized (this) {
      known = connected.remove(id);
    }
    if (known != null) {
      known.close();
    }
  }

  /** The host is being closed. */
  void close() {
    Map<JobId, Peer> all;
    synchronized (this) {
      closed = true;
      all = Map.copyOf(connected);
      connected.clear();
    }
    all.values().forEach(Peer::close);
  }
}
