package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestShutdown;
import dev.berth.host.GuestShutdown.Outcome;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import dev.berth.host.StartMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The shutdown of all guests, of guests that cannot be asked to shut down. */
public interface ShutdownGuestsContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aHostWithoutGuestsHasNothingToShutDown() {
    rig().define("web");

    assertThat(shutDown(Afterwards.DESTROY)).isEmpty();
  }

  @Test
  default void guestsAreDestroyedInTheirOrder() {
    paused("a", 600);
    paused("b", 10);
    paused("c", 10);

    List<GuestShutdown> ends = shutDown(Afterwards.DESTROY);

    assertThat(ends).extracting(end -> end.snapshot().name().text()).containsExactly("b", "c", "a");
    assertThat(ends).extracting(GuestShutdown::outcome).containsOnly(Outcome.DESTROYED);
    assertThat(rig().host().list())
        .allMatch(domain -> domain.status().state() == DomainState.SHUTOFF);
  }

  @Test
  default void aGuestThatCannotBeAskedIsLeftAndTheReasonIsSaid() {
    paused("a", 500);

    List<GuestShutdown> ends = shutDown(Afterwards.KEEP_RUNNING);

    assertThat(ends).extracting(GuestShutdown::outcome).containsExactly(Outcome.LEFT);
    assertThat(ends.get(0).detail()).contains("'a'");
    assertThat(ends.get(0).snapshot().status().state()).isEqualTo(DomainState.PAUSED);
  }

  private void paused(String name, int order) {
    rig()
        .define(
            "name: " + name + "\nmemory: 64MiB\nshutdown-order: " + order,
            new DefineCondition.Always());
    rig().host().start(DomainRef.of(name), StartMode.PAUSED, CallOptions.within(PATIENCE));
  }

  private List<GuestShutdown> shutDown(Afterwards afterwards) {
    return rig()
        .host()
        .shutdownGuests(
            new ShutdownPolicy(Duration.ofSeconds(30), afterwards), CallOptions.within(PATIENCE));
  }
}
