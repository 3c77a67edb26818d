package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.MachineSummary;
import dev.berth.host.DefineCondition;
import dev.berth.host.EventStream;
import dev.berth.testing.FakeMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a share when what serves it ends. */
final class ShareFollowerTest extends EngineFixture {
  private static final String DEFINITION =
      """
      name: web
      memory: 64MiB
      shares:
        - {name: data, source: /srv/data}
        - {name: more, source: /srv/more}
      """;

  private FakeMachine machine;

  @BeforeEach
  void aMachineWithShares() {
    api().define(TestHost.document(DEFINITION), new DefineCondition.Always());
    host.start("web");
    machine = machines.of("web");
  }

  @Test
  void aShareIsLostOnceWhenItsServerEndsAndQemuLives() throws Exception {
    launcher().endShare(incarnation(), "data");
    launcher().endShare(incarnation(), "data");

    eventually(() -> assertThat(summary().lostShares()).containsExactly("data"));
    launcher().endShare(incarnation(), "more");
    eventually(() -> assertThat(summary().lostShares()).containsExactly("data", "more"));
    assertThat(lost())
        .containsExactly(new EventBody.ShareLost("data"), new EventBody.ShareLost("more"));
  }

  @Test
  void aLostShareIsOnRecordForTheNextHost() throws Exception {
    launcher().endShare(incarnation(), "data");
    eventually(() -> assertThat(summary().lostShares()).containsExactly("data"));

    reopen();
    host.await("web", DomainState.RUNNING);

    assertThat(summary().lostShares()).containsExactly("data");
    assertThat(lost()).hasSize(1);
  }

  @Test
  void theEndOfQemuLosesNoShare() throws Exception {
    machine.monitor().hold("qom-list");
    launcher().endShare(incarnation(), "data");
    machine.kill();

    host.await("web", DomainState.SHUTOFF);
    assertThat(lost()).isEmpty();
  }

  private String incarnation() {
    return machine.launch().incarnation();
  }

  private MachineSummary summary() {
    return web().machine().orElseThrow();
  }

  private List<EventBody> lost() throws InterruptedException {
    List<EventBody> lost = new ArrayList<>();
    long newest = api().eventRange().newest();
    try (EventStream events = api().events(0)) {
      for (long last = 0; last < newest; ) {
        DomainEvent event = events.next(TestHost.PATIENCE).orElseThrow();
        last = event.sequence();
        if (event.body() instanceof EventBody.ShareLost body) {
          lost.add(body);
        }
      }
    }
    return lost;
  }
}
