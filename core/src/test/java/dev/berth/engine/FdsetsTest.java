package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.EventStream;
import dev.berth.host.QmpRequest;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeQemu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fdsets of the host's own that have outlived their nodes, and pretended QEMUs that have them. */
final class FdsetsTest extends EngineFixture {
  private static final String SETS =
      "[{\"fdset-id\":1,\"fds\":[{\"fd\":11,\"opaque\":\"root rw\"}]},"
          + "{\"fdset-id\":2,\"fds\":[{\"fd\":12,\"opaque\":\"data ro\"}]},"
          + "{\"fdset-id\":10000,\"fds\":[{\"fd\":13}]}]";
  private static final String NODES = "[{\"node-name\":\"root-file\",\"file\":\"/dev/fdset/1\"}]";

  private static final String ONE_BACKUP =
      "[{\"id\":\"j\",\"type\":\"backup\",\"status\":\"concluded\","
          + "\"current-progress\":1,\"total-progress\":1}]";
  private static final String FOR_PEOPLE = "{\"command-line\":\"info block -n\"}";

  private FakeMachine machine;

  @BeforeEach
  void aMachineThatRuns() {
    machine = running();
    machine.monitor().answer("query-named-block-nodes", NODES).answer("remove-fd", "{}");
  }

  @Test
  void whatIsLeftOverIsFreedWhenTheMachineIsAdopted() throws Exception {
    machine.monitor().answer("query-fdsets", SETS);
    long before = api().eventRange().newest();

    reopen();

    eventually(
        () -> assertThat(freed(before)).containsExactly(new EventBody.FdsetFreed(2, "data ro")));
    assertThat(removed()).containsExactly(2);
    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aSetGoesWithTheNodeThatIsDeletedByHand() throws Exception {
    long before = api().eventRange().newest();
    machine.monitor().answer("query-fdsets", SETS).answer("blockdev-del", "{}");

    api()
        .qmp(
            WEB,
            QmpRequest.of("blockdev-del", "{\"node-name\":\"data-file\"}"),
            CallOptions.none());

    assertThat(removed()).containsExactly(2);
    assertThat(freed(before)).containsExactly(new EventBody.FdsetFreed(2, "data ro"));
  }

  @Test
  void aNodeThatQemuKeepsKeepsItsSet() {
    machine.monitor().answer("query-fdsets", SETS);
    machine.monitor().refuse("blockdev-del", "GenericError", "Node is in use");

    assertThatThrownBy(
            () ->
                api()
                    .qmp(
                        WEB,
                        QmpRequest.of("blockdev-del", "{\"node-name\":\"root-file\"}"),
                        CallOptions.none()))
        .isInstanceOf(QemuRefusedException.class);
    assertThat(removed()).isEmpty();
  }

  @Test
  void aQemuThatFreesNothingIsAdoptedAllTheSame() throws Exception {
    machine.monitor().answer("query-fdsets", SETS);
    machine.monitor().refuse("remove-fd", "GenericError", "no");
    long before = api().eventRange().newest();

    reopen();

    host.await("web", DomainState.RUNNING);
    machine.monitor().awaitReceived("remove-fd", 1, TestHost.PATIENCE);
    api().pause(WEB, CallOptions.none());
    assertThat(freed(before)).isEmpty();
  }

  @Test
  void aQemuThatMightDieOfItIsNotAskedForNodesWhileItHasABackup() throws Exception {
    machine.monitor().greetAs(5, 2);
    machine.monitor().answer("query-fdsets", SETS).answer("query-jobs", ONE_BACKUP);

    reopen();

    host.await("web", DomainState.RUNNING);
    machine.monitor().awaitReceived("query-jobs", 1, TestHost.PATIENCE);
    List<QmpRequest> requests =
        List.of(
            QmpRequest.of("query-named-block-nodes", "{}"),
            QmpRequest.of("human-monitor-command", FOR_PEOPLE));
    for (QmpRequest byHand : requests) {
      assertThatThrownBy(() -> api().qmp(WEB, byHand, CallOptions.none()))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("QEMU 5.2.0 may crash of it")
          .hasMessageContaining("query-block");
    }
    assertThat(machine.monitor().received())
        .extracting(FakeQemu.Received::command)
        .doesNotContain("query-named-block-nodes", "human-monitor-command");
    assertThat(removed()).isEmpty();
  }

  private List<Integer> removed() {
    return machine.monitor().received().stream()
        .filter(received -> received.command().equals("remove-fd"))
        .map(received -> received.arguments().path("fdset-id").asInt())
        .toList();
  }

  private List<EventBody> freed(long after) throws InterruptedException {
    List<EventBody> freed = new ArrayList<>();
    long newest = api().eventRange().newest();
    try (EventStream events = api().events(after)) {
      for (long last = after; last < newest; ) {
        DomainEvent event = events.next(TestHost.PATIENCE).orElseThrow();
        last = event.sequence();
        if (event.body() instanceof EventBody.FdsetFreed body) {
          freed.add(body);
        }
      }
    }
    return freed;
  }
}
