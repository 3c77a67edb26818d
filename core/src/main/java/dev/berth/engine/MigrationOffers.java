package dev.berth.engine;

import dev.berth.domain.StateChannels;
import dev.berth.engine.migration.CopiedDisks;
import dev.berth.engine.migration.Peers;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.MigrationRequest;
import dev.berth.job.JobId;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.StreamKey;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.ImageIdentity;
import dev.berth.migration.Offer;
import dev.berth.migration.Offer.DefinitionState;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SavedMachine.Guest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Offers of one domain's machine to other hosts. */
final class MigrationOffers {
  private static final int MOST_OBSTACLES = 100;

  private final Ledger ledger;
  private final String boot;

  /** An offer that lacks what is to be looked at: on a thread that may wait for storage. */
  @FunctionalInterface
  interface Draft {
    /** The offer of a guest with that CPU. */
    Offer of(GuestCpu cpu);
  }

  /**
   * Of that domain.
   *
   * @param boot of the machine that this host runs on
   */
  MigrationOffers(Ledger ledger, String boot) {
    this.ledger = ledger;
    this.boot = boot;
  }

  /** The offer of that job. In the driver's turn. */
  Draft of(KeptJob job) {
    return draft(
        job.job().id(),
        MigrationRow.target(job),
        MigrationRow.channels(job),
        StorageRow.copies(job),
        MigrationRow.guest(job));
  }

  /** An offer that is only to be looked at. In the driver's turn. */
  Draft draft(JobId id, MigrationRequest request, List<CopiedImage> copies, Guest guest) {
    return draft(id, request.target(), request.channels(), copies, guest);
  }

  private Draft draft(
      JobId id, URI target, StateChannels channels, List<CopiedImage> copies, Guest guest) {
    LaunchRecord launch = ledger.launch().orElseThrow();
    LaunchRecord moved = CopiedDisks.moved(launch, copies);
    String definition = CopiedDisks.moved(ledger.view().json(), launch, copies);
    DefinitionState state =
        launch.subject().definitionRevision() == ledger.revision()
            ? DefinitionState.SAME
            : DefinitionState.CHANGED;
    Optional<StreamKey> key =
        Peers.isElsewhere(target) ? Optional.of(StreamKey.random()) : Optional.empty();
    return cpu ->
        new Offer(
            id,
            definition,
            state,
            moved,
            shared(moved, copies),
            copies,
            guest,
            cpu,
            channels,
            boot,
            key);
  }

  private static List<ImageIdentity> shared(LaunchRecord launch, List<CopiedImage> copies) {
    try {
      return ImageIdentity.ofMachine(
          launch, copies.stream().map(CopiedImage::file).collect(Collectors.toSet()));
    } catch (IOException e) {
      throw new HostFailureException(
          "The images of domain '" + launch.subject().name() + "' cannot be looked at: " + e + ".",
          e);
    }
  }

  /** What the host there says against it. */
  static List<String> obstacles(Peers peers, URI target, Offer offer) {
    try (Peer peer = peers.connect(target)) {
      return peer.target().obstacles(offer).stream()
          .limit(MOST_OBSTACLES)
          .map(PeerWords::of)
          .toList();
    } catch (InvalidRequestException unknown) {
      if (offer.guest() == Guest.RUNNING) {
        throw unknown;
      }
      return List.of(
          "its guest is paused, and the host there does not know what is offered, as one of an"
              + " older Berth does not; upgrade that, or resume the guest first ("
              + PeerWords.of(unknown)
              + ")");
    }
  }
}
