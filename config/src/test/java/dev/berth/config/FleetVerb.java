package dev.berth.config;

import dev.berth.domain.DomainSnapshot;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a fleet's clients ask of its domains, and what is to be seen of a domain afterwards. */
enum FleetVerb {
  DEFINE,
  UNDEFINE,
  START,
  START_PAUSED,
  PAUSE,
  RESUME,
  RESET,
  SHUTDOWN,
  DESTROY;

  private static final String LABEL = "count";
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** A guest whose button is pressed before it listens is destroyed after that time. */
  private static final ShutdownPolicy SHUTDOWN_POLICY =
      new ShutdownPolicy(Duration.ofSeconds(2), ShutdownPolicy.Afterwards.DESTROY);

  /**
   * What is to be seen of a domain.
   *
   * @param state {@code absent} when there is no such domain
   * @param label of its definition
   */
  record Sight(String state, String label) {
    static final Sight ABSENT = new Sight("absent", "");

    static Sight of(DomainSnapshot domain) {
      return new Sight(
          domain.status().state().text(), domain.definition().labels().getOrDefault(LABEL, ""));
    }

    private Sight in(String other) {
      return new Sight(other, label);
    }
  }

  /** The verbs that such a domain obeys. */
  static List<FleetVerb> allowed(Sight sight) {
    return switch (sight.state()) {
      case "absent" -> List.of(DEFINE);
      case "shutoff" -> List.of(DEFINE, UNDEFINE, START, START, START_PAUSED);
      case "running" -> List.of(DEFINE, PAUSE, RESET, SHUTDOWN, DESTROY);
      case "paused" -> List.of(DEFINE, RESUME, RESUME, RESET, DESTROY);
      default -> throw new AssertionError("no verb brings a domain to " + sight);
    };
  }

  /** What such a domain is once the verb was obeyed. */
  Sight after(Sight before, String label) {
    return switch (this) {
      case DEFINE -> new Sight(before.equals(Sight.ABSENT) ? "shutoff" : before.state(), label);
      case UNDEFINE -> Sight.ABSENT;
      case START, RESUME -> before.in("running");
      case START_PAUSED, PAUSE -> before.in("paused");
      case RESET -> before;
      case SHUTDOWN, DESTROY -> before.in("shutoff");
    };
  }

  /** Asks, and returns what the acknowledgement says of the domain. */
  Sight ask(VmHost host, TestHome home, String name, String label) {
    DomainRef domain = DomainRef.of(name);
    return switch (this) {
      case DEFINE -> Sight.of(define(host, home, name, label));
      case UNDEFINE -> {
        host.undefine(domain);
        yield Sight.ABSENT;
      }
      case START -> Sight.of(host.start(domain, StartMode.RUNNING, PATIENT).snapshot());
      case START_PAUSED -> Sight.of(host.start(domain, StartMode.PAUSED, PATIENT).snapshot());
      case PAUSE -> Sight.of(host.pause(domain, PATIENT).snapshot());
      case RESUME -> Sight.of(host.resume(domain, PATIENT).snapshot());
      case RESET -> Sight.of(host.reset(domain, PATIENT).snapshot());
      case SHUTDOWN -> Sight.of(host.shutdown(domain, SHUTDOWN_POLICY, PATIENT).snapshot());
      case DESTROY -> Sight.of(host.destroy(domain, TestHome.PATIENCE, PATIENT).snapshot());
    };
  }

  private static DomainSnapshot define(VmHost host, TestHome home, String name, String label) {
    List<String> lines =
        new ArrayList<>(List.of(ButtonGuest.definition(home.directory().resolve(name + ".img"))));
    lines.add("labels: {" + LABEL + ": '" + label + "'}");
    return home.define(host, name, lines.toArray(String[]::new)).snapshot();
  }
}
