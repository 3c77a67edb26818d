package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.testing.Eventually;
import dev.berth.testing.FakeMachine;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What was spoken with a domain's machines, kept in memory. */
final class QmpLogTest extends EngineFixture {
  private static final int ALL = 1 << 20;

  @Test
  void theLogOfADomainHasTheMessagesOfItsMachineInTheirOrder() {
    running();

    assertThat(log())
        .containsSubsequence("\"QMP\"", "qmp_capabilities", "\"execute\":\"cont\"", "RESUME");
    assertThat(log().lines()).allMatch(line -> line.startsWith("{\"time\":\""));
  }

  @Test
  void theLogOutlivesTheMachineAndGoesOnWithTheNext() {
    running();
    host.destroy("web");
    Eventually.eventually(() -> assertThat(log()).contains("\"ended\":"));

    host.start("web");
    assertThat(log()).containsSubsequence("\"QMP\"", "\"ended\":", "\"QMP\"");
  }

  @Test
  void theEndOfALogComesFirst() {
    running();
    String all = log();

    String end = new String(api().log(WEB, LogKind.QMP, 10), StandardCharsets.UTF_8);

    assertThat(end).hasSize(10).endsWith("\n");
    assertThat(log()).startsWith(all.substring(0, 100));
  }

  @Test
  void eachDomainHasALogOfItsOwn() {
    running();
    host.define("other");

    assertThat(api().log(DomainRef.of("other"), LogKind.QMP, ALL)).isEmpty();
  }

  @Test
  void aMachineThatIsAdoptedAnewHasBothConnectionsInItsLog() {
    FakeMachine machine = running();

    machine.monitor().hangUp();

    Eventually.eventually(
        () -> assertThat(log()).containsSubsequence("\"ended\":", "\"QMP\"", "query-status"));
    host.await("web", DomainState.RUNNING);
  }

  private String log() {
    return new String(api().log(WEB, LogKind.QMP, ALL), StandardCharsets.UTF_8);
  }
}
