package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.FleetModel.Asked;
import dev.berth.config.FleetVerb.Sight;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.MachineSummary;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares a fleet's model with what its host shows, and with what QEMU and the kernel tell. */
final class FleetCheck {
  /** What a domain comes to when nobody asks anything of it. */
  private static final Set<DomainState> FINAL =
      Set.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.SHUTOFF);

  private final VmHost host;
  private final TestHome home;
  private final FleetModel model;

  FleetCheck(VmHost host, TestHome home, FleetModel model) {
    this.host = host;
    this.home = home;
    this.model = model;
  }

  /** Each domain is one of what it may be, and there are no machines but theirs. */
  void hostShowsTheTruth(String context) {
    List<MachineSummary> machines = new ArrayList<>();
    for (String name : model.names()) {
      Optional<DomainSnapshot> domain = settled(name);
      Sight seen = domain.map(Sight::of).orElse(Sight.ABSENT);
      Optional<Asked> cut = model.cutOff(name);
      assertThat(model.possible(name)).as("%s; %s; cut off: %s", name, context, cut).contains(seen);
      model.seen(name, seen);
      if (seen.state().equals("running")
          && cut.filter(it -> it.verb() == FleetVerb.SHUTDOWN).isPresent()) {
        destroy(name);
      } else {
        domain.flatMap(DomainSnapshot::machine).ifPresent(machines::add);
      }
    }
    thereIsNothingBut(machines, context);
  }

  private Optional<DomainSnapshot> settled(String name) {
    try {
      return Optional.of(host.await(DomainRef.of(name), FINAL, TestHome.PATIENCE));
    } catch (NotFoundException absent) {
      return Optional.empty();
    }
  }

  /** Its power button may have been pressed: it could end at any time. */
  private void destroy(String name) {
    Asked destroy = model.ask(name, FleetVerb.DESTROY);
    host.destroy(DomainRef.of(name), TestHome.PATIENCE, CallOptions.none());
    model.acknowledge(destroy);
  }

  private void thereIsNothingBut(List<MachineSummary> machines, String context) {
    Set<Long> pids =
        machines.stream().map(machine -> machine.pid().orElseThrow()).collect(Collectors.toSet());
    QemuOf.awaitThat(
        "there are no QEMUs but " + pids + "; " + context,
        () -> Set.copyOf(QemuOf.pids(home.directory())).equals(pids));
    assertThat(home.incarnations())
        .as(context)
        .containsExactlyInAnyOrderElementsOf(
            machines.stream().map(MachineSummary::incarnation).toList());
  }

  /**
   * While no host runs, the kernel and each QEMU itself are asked about every domain of which it is
   * known what it must be.
   *
   * @return of how many that is known
   */
  int qemuTellsTheSame(String context) {
    Map<String, QemuOf> qemus = QemuOf.byDomain(home.directory());
    List<String> certain =
        model.names().stream().filter(name -> model.cutOff(name).isEmpty()).toList();
    for (String name : certain) {
      String state = model.possible(name).iterator().next().state();
      Set<String> expected =
          switch (state) {
            case "running" -> Set.of("running");
            case "paused" -> Set.of("paused", "prelaunch");
            default -> Set.of("no QEMU");
          };
      String told = qemus.containsKey(name) ? qemus.get(name).runState() : "no QEMU";
      assertThat(told).as("%s is %s; %s", name, state, context).isIn(expected);
    }
    return certain.size();
  }
}
