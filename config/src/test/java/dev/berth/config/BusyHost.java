package dev.berth.config;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A host process that does one thing after another until it is killed. It prints a line before it
 * asks for something, and one when that is acknowledged:
 *
 * <pre>
 * ask a start 17        ask NAME VERB NUMBER
 * done a running 16     done NAME STATE-OR-absent LABEL
 * </pre>
 *
 * <p>Arguments: home, seed, and how many different verbs to use: {@code mix} or {@code define}.
 */
final class BusyHost {
  static final String ASK = "ask";
  static final String DONE = "done";
  static final String ABSENT = "absent";

  /** What a domain without the label has for it. */
  static final String NO_LABEL = "0";

  private static final String LABEL = "count";
  static final List<String> NAMES =
      IntStream.range(0, 20).mapToObj(number -> "vm-" + number).toList();

  private final TestHome home;
  private final VmHost host;
  private final Random random;
  private final boolean onlyDefines;

  private BusyHost(TestHome home, VmHost host, Random random, boolean onlyDefines) {
    this.home = home;
    this.host = host;
    this.random = random;
    this.onlyDefines = onlyDefines;
  }

  /** Runs the process; never returns. */
  public static void main(String[] arguments) {
    TestHome home = new TestHome(Path.of(arguments[0]));
    long seed = Long.parseLong(arguments[1]);
    boolean onlyDefines = arguments[2].equals("define");
    BusyHost busy = new BusyHost(home, home.open(), new Random(seed), onlyDefines);
    NAMES.forEach(name -> settle(busy.host, name));
    for (long number = seed * 1_000_000; ; number++) {
      busy.doSomething(number);
    }
  }

  /** What is to be seen of a domain: its state and its label. */
  static String sight(VmHost host, String name) {
    return find(host, name)
        .map(
            domain ->
                domain.status().state().name()
                    + " "
                    + domain.definition().labels().getOrDefault(LABEL, NO_LABEL))
        .orElse(ABSENT + " " + NO_LABEL);
  }

  static Optional<DomainSnapshot> find(VmHost host, String name) {
    try {
      return Optional.of(host.domain(DomainRef.of(name)));
    } catch (NotFoundException absent) {
      return Optional.empty();
    }
  }

  /** Waits until the host knows what has become of the domain, if there is one. */
  static void settle(VmHost host, String name) {
    if (find(host, name).isPresent()) {
      TestHome.settled(host, DomainRef.of(name));
    }
  }

  private void doSomething(long number) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    List<String> verbs =
        find(host, name).map(domain -> verbs(domain.status().state())).orElse(List.of("define"));
    String verb = onlyDefines ? "define" : verbs.get(random.nextInt(verbs.size()));
    say(ASK + " " + name + " " + verb + " " + number);
    ask(name, verb, number);
    say(DONE + " " + name + " " + sight(host, name));
  }

  private static List<String> verbs(DomainState state) {
    return switch (state) {
      case SHUTOFF -> List.of("define", "undefine", "start", "start-paused");
      case RUNNING -> List.of("define", "pause", "destroy");
      case PAUSED -> List.of("define", "resume", "destroy");
      case ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> List.of("destroy");
    };
  }

  private void ask(String name, String verb, long number) {
    DomainRef domain = DomainRef.of(name);
    switch (verb) {
      case "define" ->
          home.define(host, name, "memory: 64MiB", "labels: {" + LABEL + ": '" + number + "'}");
      case "undefine" -> host.undefine(domain);
      case "start" -> host.start(domain, StartMode.RUNNING, CallOptions.none());
      case "start-paused" -> host.start(domain, StartMode.PAUSED, CallOptions.none());
      case "pause" -> host.pause(domain, CallOptions.none());
      case "resume" -> host.resume(domain, CallOptions.none());
      case "destroy" -> host.destroy(domain, TestHome.PATIENCE, CallOptions.none());
      default -> throw new IllegalArgumentException(verb);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
