package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.error.NotFoundException;
import dev.berth.stats.DomainStats;
import org.junit.jupiter.api.Test;

/** What domains use. Which figures there are depends on the host. */
public interface StatsContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDomainWithoutAMachineUsesNothing() {
    rig().webIs(DomainState.SHUTOFF);

    DomainStats web = rig().host().stats(WEB);

    assertThat(web.name().text()).isEqualTo("web");
    assertThat(web.uuid()).isEqualTo(rig().host().domain(WEB).uuid());
    assertThat(web.state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web.machine()).isEmpty();
  }

  @Test
  default void aMachineIsShownWithItsLiveness() {
    rig().webIs(DomainState.PAUSED);

    DomainStats web = rig().host().stats(WEB);

    assertThat(web.state()).isEqualTo(DomainState.PAUSED);
    assertThat(web.machine().orElseThrow().liveness()).isEqualTo(Liveness.RESPONSIVE);
    assertThat(web.machine().orElseThrow().livenessSince())
        .isEqualTo(rig().host().domain(WEB).machine().orElseThrow().livenessSince());
  }

  @Test
  default void everyDomainIsListedByName() {
    rig().webIs(DomainState.RUNNING);
    rig().define("db");

    assertThat(rig().host().stats())
        .extracting(domain -> domain.name().text())
        .containsExactly("db", "web");
    assertThat(rig().host().stats())
        .extracting(DomainStats::state)
        .containsExactly(DomainState.SHUTOFF, DomainState.RUNNING);
  }

  @Test
  default void ofADomainThatIsNoneThereAreNoFigures() {
    assertThat(rig().errorOf(host -> host.stats(NONE))).isEqualTo(NotFoundException.class);
  }
}
