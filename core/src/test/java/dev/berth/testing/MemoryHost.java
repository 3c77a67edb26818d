package dev.berth.testing;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.HostInfo;
import dev.berth.host.LogKind;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A host without QEMU or disk, for tests of what is built on {@link VmHost}: same definitions, same
 * states, same errors. Guests do what they are told at once, but for {@linkplain #deafen deaf}
 * ones. Thread-safe.
 */
public final class MemoryHost implements VmHost {
  private static final Set<DomainState> ON =
      EnumSet.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED);

  private final MemoryContents contents;
  private final String actor;

  private MemoryHost(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  /** A host without domains. */
  public static MemoryHost create() {
    return new MemoryHost(new MemoryContents(Clock.systemUTC()), "api");
  }

  /** Makes a guest ignore requests to shut down. */
  public void deafen(DomainRef domain) {
    synchronized (contents) {
      contents.find(domain).deaf = true;
    }
  }

  /** The guest writes to its serial console. */
  public void guestWrites(DomainRef domain, String text) {
    synchronized (contents) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemoryDomain found = contents.find(domain);
      found.consoleLog.writeBytes(bytes);
      found.console.ifPresent(console -> console.guestWrites(bytes));
    }
  }

  /** What was typed at the console that is attached now. */
  public String typed(DomainRef domain) {
    synchronized (contents) {
      return contents
          .find(domain)
          .console
          .map(console -> new String(console.typed(), StandardCharsets.UTF_8))
          .orElse("");
    }
  }

  /** The guest panics. */
  public void guestPanics(DomainRef domain) {
    synchronized (contents) {
      change(contents.find(domain), DomainState.CRASHED, StateReason.PANICKED);
    }
  }

  @Override
  public VmHost as(String otherActor) {
    return new MemoryHost(contents, otherActor);
  }

  @Override
  public HostInfo info() {
    synchronized (contents) {
      int machines =
          (int) contents.domains().values().stream().filter(MemoryDomain::hasMachine).count();
      return new HostInfo(
          "0-memory",
          Path.of("/nonexistent"),
          ProcessHandle.current().pid(),
          contents.domains().size(),
          machines,
          List.of());
    }
  }

  @Override
  public List<DomainSnapshot> list() {
    synchronized (contents) {
      return contents.domains().values().stream()
          .map(MemoryDomain::snapshot)
          .sorted(Comparator.comparing(DomainSnapshot::name))
          .toList();
    }
  }

  @Override
  public DomainSnapshot domain(DomainRef domain) {
    synchronized (contents) {
      return contents.find(domain).snapshot();
    }
  }

  @Override
  public DefinitionView definition(DomainRef domain) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      return new DefinitionView(found.revision(), found.json());
    }
  }

  @Override
  public DefineResult define(DefinitionDocument document, DefineCondition condition) {
    DomainDefinition read = DefinitionReader.read(document);
    synchronized (contents) {
      return contents.define(read, condition, actor);
    }
  }

  @Override
  public void undefine(DomainRef domain) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (found.hasMachine()) {
        throw illegal("undefine", found, DomainState.SHUTOFF);
      }
      contents.domains().remove(found.uuid());
      contents.events().add(found, EventTypes.UNDEFINED, actor, Map.of());
      contents.notifyAll();
    }
  }

  @Override
  public VerbResult start(DomainRef domain, StartMode mode, CallOptions options) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      DomainState wanted = mode == StartMode.RUNNING ? DomainState.RUNNING : DomainState.PAUSED;
      if (found.state() == DomainState.RUNNING || found.state() == wanted) {
        return already(found);
      }
      if (found.hasMachine()) {
        throw illegal("start", found, DomainState.SHUTOFF);
      }
      DomainState from = found.state();
      found.powerOn(
          mode == StartMode.RUNNING ? StateReason.BOOTED : StateReason.STARTING_UP, wanted);
      return changed(found, from, "");
    }
  }

  @Override
  public VerbResult shutdown(DomainRef domain, ShutdownPolicy policy, CallOptions options) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (found.state() == DomainState.SHUTOFF) {
        return already(found);
      }
      if (found.state() != DomainState.RUNNING) {
        throw illegal("shut down", found, DomainState.RUNNING);
      }
      contents.events().add(found, EventTypes.SHUTDOWN_REQUESTED, actor, Map.of());
      if (!found.deaf) {
        return off(found, StateReason.SHUTDOWN, "");
      }
      if (policy.afterwards() == ShutdownPolicy.Afterwards.DESTROY) {
        return off(found, StateReason.DESTROYED, "destroyed: the guest did not shut down");
      }
      throw new DeadlineExceededException(
          "Domain '"
              + domain
              + "' is still running: the guest did not shut down within "
              + policy.timeout().toSeconds()
              + " s. Try again, or destroy it.");
    }
  }

  @Override
  public VerbResult destroy(DomainRef domain, Duration grace, CallOptions options) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      return found.hasMachine() ? off(found, StateReason.DESTROYED, "") : already(found);
    }
  }

  @Override
  public VerbResult reset(DomainRef domain, CallOptions options) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (!ON.contains(found.state())) {
        throw illegal("reset", found, DomainState.RUNNING);
      }
      contents.events().add(found, EventTypes.RESET, actor, Map.of("cause", "user"));
      return found.state() == DomainState.CRASHED
          ? change(found, DomainState.RUNNING, StateReason.BOOTED)
          : new VerbResult(VerbResult.Effect.CHANGED, "", found.snapshot());
    }
  }

  @Override
  public VerbResult pause(DomainRef domain, CallOptions options) {
    return stopOrGo("pause", domain, DomainState.RUNNING, DomainState.PAUSED, StateReason.USER);
  }

  @Override
  public VerbResult resume(DomainRef domain, CallOptions options) {
    return stopOrGo(
        "resume", domain, DomainState.PAUSED, DomainState.RUNNING, StateReason.UNPAUSED);
  }

  @Override
  public DomainSnapshot await(DomainRef domain, Set<DomainState> states, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    synchronized (contents) {
      while (!states.contains(contents.find(domain).state())) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new DeadlineExceededException(
              "Domain '"
                  + domain
                  + "' is "
                  + contents.find(domain).state().text()
                  + " after "
                  + timeout.toMillis()
                  + " ms.");
        }
        try {
          contents.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new DeadlineExceededException("Interrupted while waiting for '" + domain + "'.", e);
        }
      }
      return contents.find(domain).snapshot();
    }
  }

  @Override
  public byte[] log(DomainRef domain, LogKind kind, int maxBytes) {
    synchronized (contents) {
      byte[] all =
          kind == LogKind.CONSOLE ? contents.find(domain).consoleLog.toByteArray() : new byte[0];
      return Arrays.copyOfRange(all, Math.max(0, all.length - maxBytes), all.length);
    }
  }

  @Override
  public Console console(DomainRef domain) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (!found.hasMachine()) {
        throw illegal("attach to the console of", found, DomainState.RUNNING);
      }
      if (found.console.isPresent()) {
        throw new BusyException("Somebody is attached to the console of '" + domain + "' already.");
      }
      var console = new MemoryConsole(closed -> detach(found, closed));
      found.console = Optional.of(console);
      return console;
    }
  }

  @Override
  public EventStream events(long afterSequence) {
    return contents.events().stream(afterSequence);
  }

  @Override
  public void close() {}

  private void detach(MemoryDomain domain, MemoryConsole console) {
    synchronized (contents) {
      domain.console = domain.console.filter(attached -> attached != console);
    }
  }

  private VerbResult stopOrGo(
      String verb, DomainRef domain, DomainState from, DomainState to, StateReason reason) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (found.state() == to) {
        return already(found);
      }
      if (found.state() != from) {
        throw illegal(verb, found, from);
      }
      return change(found, to, reason);
    }
  }

  private VerbResult off(MemoryDomain domain, StateReason reason, String detail) {
    DomainState from = domain.state();
    domain.powerOff(reason);
    return changed(domain, from, detail);
  }

  private VerbResult change(MemoryDomain domain, DomainState state, StateReason reason) {
    DomainState from = domain.state();
    domain.enter(state, reason);
    return changed(domain, from, "");
  }

  private VerbResult changed(MemoryDomain domain, DomainState from, String detail) {
    contents
        .events()
        .add(
            domain,
            EventTypes.STATE,
            actor,
            Map.of(
                "from", from.text(),
                "state", domain.state().text(),
                "reason", domain.snapshot().status().reason().text()));
    contents.notifyAll();
    return new VerbResult(VerbResult.Effect.CHANGED, detail, domain.snapshot());
  }

  private static VerbResult already(MemoryDomain domain) {
    return new VerbResult(VerbResult.Effect.ALREADY, "", domain.snapshot());
  }

  private static InvalidStateException illegal(
      String verb, MemoryDomain domain, DomainState... legal) {
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
