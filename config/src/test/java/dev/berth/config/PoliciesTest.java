package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestShutdown;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.storage.H2Store;
import dev.berth.storage.StoreSettings;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.PolicyState;
import dev.berth.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a host does by itself, with real QEMU. */
@Tag("once")
final class PoliciesTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final ShutdownPolicy PATIENT =
      new ShutdownPolicy(TestHome.PATIENCE, ShutdownPolicy.Afterwards.KEEP_RUNNING);

  @Test
  void aDomainWhoseQemuIsKilledIsStartedAgainAlsoByTheNextHost() {
    DomainSnapshot first;
    DomainSnapshot second;
    try (VmHost host = home.open()) {
      home.define(host, "vm", "restart: on-failure");
      first = host.start(VM, StartMode.RUNNING, CallOptions.none()).snapshot();
      QemuOf.machine(directory, first).kill();
      second = runningAfter(host, first);
    }
    QemuOf.machine(directory, second).kill();

    try (VmHost host = home.open()) {
      DomainSnapshot third = runningAfter(host, second);
      assertThat(third.restart().orElseThrow().tries()).isEqualTo(2);
      assertThat(QemuOf.pids(directory)).hasSize(1);
    }
  }

  @Test
  void aDomainIsStartedOnceInABootAndNotAfterItsUserHasShutItDown() throws Exception {
    DomainSnapshot defined;
    try (VmHost host = home.open()) {
      defined = defineButtonGuest(host, "vm", "autostart: true");
    }
    pretendThatTheMachineHasBooted(defined);

    try (VmHost host = home.open()) {
      host.await(VM, TestHome.RUNNING, TestHome.PATIENCE);
      ConsoleLog.of(host, VM).await(ButtonGuest.UP, TestHome.PATIENCE);
      VerbResult off = host.shutdown(VM, PATIENT, CallOptions.none());
      assertThat(off.snapshot().status().reason()).isEqualTo(StateReason.SHUTDOWN);
    }

    try (VmHost host = home.open()) {
      long newest = host.eventRange().newest();
      defineButtonGuest(host, "vm", "autostart: true", "labels: {again: yes}");
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(host.domain(VM).restart()).isEmpty();
      assertThat(host.eventRange().newest()).isEqualTo(newest + 1);
      assertThat(HostCrashes.eventsAfter(host, 0))
          .extracting(DomainEvent::type)
          .containsOnlyOnce(EventTypes.AUTOSTARTED);
    }
  }

  /** Another boot is on record, as when the machine has booted since. */
  private void pretendThatTheMachineHasBooted(DomainSnapshot domain) {
    PolicyState before = PolicyState.none(domain.uuid()).settledIn("an earlier boot");
    try (Store store = H2Store.open(StoreSettings.at(directory))) {
      store.commit(new Commit(List.of(new Change.PutPolicyState(before)), List.of())).join();
    }
  }

  @Test
  void guestsAreShutDownInTheirOrderAndTheOnesThatDoNotObeyByThePolicy() throws Exception {
    try (VmHost host = home.open()) {
      start(host, "deaf", "memory: 64MiB", "shutdown-order: 20");
      start(host, "last", buttonGuest("last", "shutdown-order: 30"));
      start(host, "first", buttonGuest("first", "shutdown-order: 10"));
      for (String name : List.of("first", "last")) {
        ConsoleLog.of(host, DomainRef.of(name)).await(ButtonGuest.UP, TestHome.PATIENCE);
      }
      long before = host.eventRange().newest();

      List<GuestShutdown> ends =
          host.shutdownGuests(
              new ShutdownPolicy(Duration.ofSeconds(5), ShutdownPolicy.Afterwards.DESTROY),
              CallOptions.none());

      assertThat(ends)
          .extracting(end -> end.snapshot().name() + " " + end.outcome())
          .containsExactly("first SHUT_DOWN", "deaf DESTROYED", "last SHUT_DOWN");
      assertThat(HostCrashes.eventsAfter(host, before))
          .filteredOn(event -> event.type().equals(EventTypes.SHUTDOWN_REQUESTED))
          .extracting(event -> event.name().orElseThrow())
          .containsExactly("first", "deaf", "last");
      assertThat(QemuOf.pids(directory)).isEmpty();
    }
  }

  private void start(VmHost host, String name, String... lines) {
    home.define(host, name, lines);
    host.start(DomainRef.of(name), StartMode.RUNNING, CallOptions.none());
  }

  private DomainSnapshot defineButtonGuest(VmHost host, String name, String... more)
      throws IOException {
    return home.define(host, name, buttonGuest(name, more)).snapshot();
  }

  private String[] buttonGuest(String name, String... more) throws IOException {
    String[] lines = ButtonGuest.write(directory.resolve(name + ".img"));
    return Stream.concat(Stream.of(lines), Stream.of(more)).toArray(String[]::new);
  }

  private static DomainSnapshot runningAfter(VmHost host, DomainSnapshot before) {
    QemuOf.awaitThat(
        "vm has another machine",
        () -> {
          DomainSnapshot now = host.domain(VM);
          return TestHome.RUNNING.contains(now.status().state())
              && !incarnation(now).equals(incarnation(before));
        });
    return host.domain(VM);
  }

  private static String incarnation(DomainSnapshot domain) {
    return domain.machine().map(machine -> machine.incarnation()).orElse("");
  }
}
