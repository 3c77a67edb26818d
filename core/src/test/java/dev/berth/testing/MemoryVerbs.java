package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.host.GuestShutdown;
import dev.berth.host.Resources;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What verbs do to the domains of a {@link MemoryHost}. The caller holds the contents' lock. */
final class MemoryVerbs {
  private static final String GUEST = "guest";
  private static final Optional<String> CLEANLY = Optional.of("ended cleanly");
  private static final Set<DomainState> ON =
      EnumSet.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED);

  private final MemoryContents contents;
  private final String actor;

  MemoryVerbs(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  VerbResult start(MemoryDomain domain, StartMode mode, Resources resources) {
    DomainState wanted = mode == StartMode.RUNNING ? DomainState.RUNNING : DomainState.PAUSED;
    if (domain.state() == wanted) {
      return already(domain);
    }
    if (domain.hasMachine()) {
      throw illegal("start", domain, DomainState.SHUTOFF);
    }
    if (contents.saves().remove(MemorySaves.managed(domain)) != null) {
      StateReason reason = mode == StartMode.RUNNING ? StateReason.RESTORED : StateReason.USER;
      VerbResult restored = restored(domain, wanted, reason, resources);
      return new VerbResult(
          restored.effect(), "restored from its managed save", restored.snapshot());
    }
    check(domain.definition().resources(), resources.names());
    domain.definition().disks().forEach(disk -> MemoryNamedImages.check(contents, disk));
    domain.powerOn();
    tell(domain, DomainState.SHUTOFF, actor);
    return change(
        domain, wanted, mode == StartMode.RUNNING ? StateReason.BOOTED : StateReason.USER, actor);
  }

  /** Starts a machine that was saved. */
  VerbResult restored(
      MemoryDomain domain, DomainState state, StateReason reason, Resources resources) {
    check(domain.definition().resources(), resources.names());
    domain.powerOn();
    tell(domain, DomainState.SHUTOFF, actor);
    return change(domain, state, reason, actor);
  }

  /** Its managed save is gone, and its guest with it. */
  VerbResult dropped(MemoryDomain domain) {
    domain.powerOff(StateReason.DESTROYED, Optional.of("its managed save was dropped"));
    tell(domain, DomainState.SHUTOFF, actor);
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  /** Ends a machine whose state is in that file. */
  void saved(MemoryDomain domain, Path file) {
    DomainState from = domain.state();
    domain.powerOff(StateReason.SAVED, Optional.of("in " + file));
    tell(domain, from, actor);
    new MemoryDevices(contents, actor).machineEnded(domain);
  }

  static void check(ResourceNames needed, ResourceNames given) {
    if (!given.without(needed).isEmpty()) {
      throw new InvalidRequestException(
          "The definition does not name " + given.without(needed).text() + ".");
    }
    ResourceNames missing = needed.without(given);
    if (!missing.isEmpty()) {
      throw new ResourcesMissingException(
          "Nobody supplies " + missing.text() + ".",
          List.copyOf(missing.descriptors()),
          List.copyOf(missing.secrets()));
    }
  }

  VerbResult shutdown(MemoryDomain domain, ShutdownPolicy policy) {
    if (domain.state() == DomainState.SHUTOFF) {
      return already(domain);
    }
    if (domain.state() != DomainState.RUNNING) {
      throw illegal("shut down", domain, DomainState.RUNNING);
    }
    String then =
        policy.afterwards() == ShutdownPolicy.Afterwards.DESTROY ? "destroy" : "keep running";
    contents
        .events()
        .add(
            domain,
            EventTypes.SHUTDOWN_REQUESTED,
            actor,
            Map.of("timeout", policy.timeout().toString(), "then", then));
    if (!domain.deaf) {
      return powerOff(domain);
    }
    if (policy.afterwards() == ShutdownPolicy.Afterwards.DESTROY) {
      return destroy(domain);
    }
    throw new DeadlineExceededException(
        "Domain '"
            + domain.definition().name()
            + "' is still running: its guest did not shut down within "
            + policy.timeout()
            + ". Ask again, or destroy it.");
  }

  /** Its part of the shutdown of all guests. */
  GuestShutdown shutDownWithAll(MemoryDomain domain, ShutdownPolicy policy) {
    boolean obeys = domain.state() == DomainState.RUNNING && !domain.deaf;
    if (policy.afterwards() == ShutdownPolicy.Afterwards.DESTROY && !obeys) {
      VerbResult end = destroy(domain);
      return new GuestShutdown(GuestShutdown.Outcome.DESTROYED, end.detail(), end.snapshot());
    }
    try {
      VerbResult end = shutdown(domain, policy);
      return new GuestShutdown(GuestShutdown.Outcome.SHUT_DOWN, end.detail(), end.snapshot());
    } catch (BerthException left) {
      return new GuestShutdown(
          GuestShutdown.Outcome.LEFT, String.valueOf(left.getMessage()), domain.snapshot());
    }
  }

  /** The guest is off, and its machine gone. */
  VerbResult powerOff(MemoryDomain domain) {
    change(domain, DomainState.SHUTDOWN, StateReason.SHUTDOWN, GUEST);
    domain.powerOff(StateReason.SHUTDOWN, Optional.empty());
    tell(domain, DomainState.SHUTDOWN, GUEST);
    new MemoryDevices(contents, GUEST).machineEnded(domain);
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  void panic(MemoryDomain domain) {
    contents.events().add(domain, EventTypes.PANICKED, GUEST, Map.of("action", "pause"));
    change(domain, DomainState.CRASHED, StateReason.PANICKED, GUEST);
  }

  VerbResult destroy(MemoryDomain domain) {
    if (!domain.hasMachine()) {
      return already(domain);
    }
    DomainState from = domain.state();
    domain.powerOff(StateReason.DESTROYED, CLEANLY);
    tell(domain, from, actor);
    new MemoryDevices(contents, actor).machineEnded(domain);
    return new VerbResult(VerbResult.Effect.CHANGED, CLEANLY.orElseThrow(), domain.snapshot());
  }

  VerbResult reset(MemoryDomain domain) {
    if (!ON.contains(domain.state())) {
      throw illegal("reset", domain, DomainState.RUNNING);
    }
    contents
        .events()
        .add(domain, EventTypes.RESET, actor, Map.of("cause", "host-qmp-system-reset"));
    return domain.state() == DomainState.CRASHED
        ? change(domain, DomainState.RUNNING, StateReason.BOOTED, actor)
        : new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  VerbResult pause(MemoryDomain domain) {
    return stopOrGo("pause", domain, DomainState.RUNNING, DomainState.PAUSED, StateReason.USER);
  }

  VerbResult resume(MemoryDomain domain) {
    return stopOrGo(
        "resume", domain, DomainState.PAUSED, DomainState.RUNNING, StateReason.UNPAUSED);
  }

  private VerbResult stopOrGo(
      String verb, MemoryDomain domain, DomainState from, DomainState to, StateReason reason) {
    if (domain.state() == to) {
      return already(domain);
    }
    if (domain.state() != from) {
      throw illegal(verb, domain, from);
    }
    return change(domain, to, reason, actor);
  }

  private VerbResult change(
      MemoryDomain domain, DomainState state, StateReason reason, String who) {
    DomainState from = domain.state();
    domain.enter(state, reason);
    tell(domain, from, who);
    new MemoryDevices(contents, GUEST).guestGoesOn(domain);
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  private void tell(MemoryDomain domain, DomainState from, String who) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("from", from.text());
    attributes.put("state", domain.state().text());
    attributes.put("reason", domain.snapshot().status().reason().text());
    domain.snapshot().status().detail().ifPresent(detail -> attributes.put("detail", detail));
    contents.events().add(domain, EventTypes.STATE, who, attributes);
    contents.notifyAll();
  }

  private static VerbResult already(MemoryDomain domain) {
    String state = domain.state() == DomainState.SHUTOFF ? "shut off" : domain.state().text();
    return new VerbResult(
        VerbResult.Effect.ALREADY, "it is " + state + " already", domain.snapshot());
  }

  static InvalidStateException illegal(String verb, MemoryDomain domain, DomainState... legal) {
    String allowed = Arrays.stream(legal).map(DomainState::text).toList().toString();
    return new InvalidStateException(
        "Cannot "
            + verb
            + " domain '"
            + domain.definition().name()
            + "': it is "
            + domain.state().text()
            + "; legal in "
            + allowed
            + ".");
  }
}
