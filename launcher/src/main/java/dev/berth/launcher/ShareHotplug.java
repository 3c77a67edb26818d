package dev.berth.launcher;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Share;
import dev.berth.error.InvalidStateException;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans a share for a machine that runs, by what plans the shares of a start. */
final class ShareHotplug {
  private final LaunchRecord launch;
  private final MachineDraft draft;
  private final PciSlots places;

  ShareHotplug(LaunchRecord launch, MachineDraft draft, PciSlots places) {
    this.launch = launch;
    this.draft = draft;
    this.places = places;
  }

  /**
   * Looks at what the share needs, and plans.
   *
   * @param finder finds what serves it
   * @throws dev.berth.error.InvalidDefinitionException when that cannot be used
   * @throws InvalidStateException when the machine can have no share, or no place is free
   * @throws InterruptedException when the caller is interrupted while the server tells its version
   */
  void plan(Share share, VirtiofsdFinder finder) throws InterruptedException {
    if (!SharedMemory.isOf(launch)) {
      throw new InvalidStateException(
          "Cannot attach share '"
              + share.name()
              + "' to domain '"
              + launch.subject().name()
              + "' while it runs: others cannot map its machine's memory, which is settled when it"
              + " starts. Change the definition only, which takes effect at the next boot: a machine"
              + " that starts with a share takes more of them, as does one with 'memory-backing:"
              + " {kind: memfd, shared: true}'.");
    }
    List<String> status = NetworkChecks.processStatus();
    List<Problem> problems = new ArrayList<>();
    Optional<Virtiofsd> server = ShareChecks.check(List.of(share), finder, status, problems);
    if (hasTag(share.tag())) {
      problems.add(
          Problem.at(
              "tag",
              "another share of the machine has the tag '" + share.tag() + "': choose another"));
    }
    if (!problems.isEmpty()) {
      throw DeviceDocument.problems(share, problems);
    }
    new SharePlanner(draft, places)
        .add(
            share,
            new SharePlanner.Server(server.orElseThrow(), ShareChecks.sandbox(status)),
            launch.files());
  }

  private boolean hasTag(String tag) {
    return launch.assembly().stream()
        .filter(Execute.class::isInstance)
        .anyMatch(step -> ((Execute) step).arguments().path("tag").asText().equals(tag));
  }
}
