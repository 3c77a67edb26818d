package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import dev.berth.host.VerbResult;
import dev.berth.testing.contract.HostRig.Told;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Guests that obey, do not, or act by themselves. */
public interface GuestContract {
  /** Short, for guests that do not obey. */
  Duration SHORT = Duration.ofMillis(50);

  /** The host under test, whose guests can be told what to do. */
  GuestRig rig();

  @Test
  default void aGuestThatObeysIsShutDown() throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();

    VerbResult result = shutdown(HostRig.PATIENCE, Afterwards.KEEP_RUNNING);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(result.detail()).isEmpty();
    assertThat(result.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(result.snapshot().status().reason()).isEqualTo(StateReason.SHUTDOWN);
    assertThat(result.snapshot().machine()).isEmpty();
    String me = rig().me();
    assertThat(rig().toldAfter(before))
        .containsExactly(
            new Told(
                EventTypes.SHUTDOWN_REQUESTED,
                me,
                Map.of("timeout", HostRig.PATIENCE.toString(), "then", "keep running")),
            state("guest", "running", "shutdown", "shutdown"),
            state("guest", "shutdown", "shutoff", "shutdown"));
  }

  @Test
  default void aGuestThatDoesNotObeyStillRuns() {
    rig().webIs(DomainState.RUNNING);
    rig().guestIgnoresPowerButton();

    assertThatThrownBy(() -> shutdown(SHORT, Afterwards.KEEP_RUNNING))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("still running");
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void aGuestThatDoesNotObeyIsDestroyedWhereThePolicySaysSo() {
    rig().webIs(DomainState.RUNNING);
    rig().guestIgnoresPowerButton();

    VerbResult result = shutdown(SHORT, Afterwards.DESTROY);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(result.detail()).isEqualTo("ended cleanly");
    assertThat(result.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
  }

  @Test
  default void aGuestThatPowersItselfOffIsShutOff() throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();

    rig().guestPowersOff();

    DomainSnapshot off = rig().host().await(WEB, Set.of(DomainState.SHUTOFF), HostRig.PATIENCE);
    assertThat(off.status().reason()).isEqualTo(StateReason.SHUTDOWN);
    assertThat(rig().toldAfter(before, 2))
        .containsExactly(
            state("guest", "running", "shutdown", "shutdown"),
            state("guest", "shutdown", "shutoff", "shutdown"));
  }

  @Test
  default void aPanickedGuestIsKeptAndAResetBringsItBack() throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();

    rig().guestPanics();

    DomainSnapshot crashed = rig().host().await(WEB, Set.of(DomainState.CRASHED), HostRig.PATIENCE);
    assertThat(crashed.status().reason()).isEqualTo(StateReason.PANICKED);
    assertThat(crashed.machine()).isPresent();
    assertThat(rig().errorOf(host -> rig().pause())).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> rig().resume())).isEqualTo(InvalidStateException.class);
    assertThat(rig().toldAfter(before, 2))
        .containsExactlyInAnyOrder( // a host may have asked for the state before it is told
            new Told("domain.panicked", "guest", Map.of("action", "pause")),
            state("guest", "running", "crashed", "panicked"));
    VerbResult reset = rig().reset();
    assertThat(reset.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(reset.snapshot().status().reason()).isEqualTo(StateReason.BOOTED);
  }

  private VerbResult shutdown(Duration timeout, Afterwards afterwards) {
    return rig().host().shutdown(WEB, new ShutdownPolicy(timeout, afterwards), CallOptions.none());
  }

  private static Told state(String actor, String from, String to, String reason) {
    return new Told(EventTypes.STATE, actor, Map.of("from", from, "state", to, "reason", reason));
  }
}
