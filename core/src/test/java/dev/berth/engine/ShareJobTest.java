package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.EditScope;
import dev.berth.host.EventStream;
import dev.berth.host.JobOptions;
import dev.berth.host.ShareSummary;
import dev.berth.job.Job;
import dev.berth.testing.FakeBackplane;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shares of machines: a share goes first, then its chardev, then what has served it. */
final class ShareJobTest extends EngineFixture {
  private static final String DEFINITION =
      "{name: web, memory: 64MiB, shares: [{name: files, source: /srv}]}";

  private FakeMachine machine;

  @BeforeEach
  void aMachineWithAShare() {
    api().define(TestHost.document(DEFINITION), new DefineCondition.Always());
    host.start("web");
    machine = machines.of("web");
  }

  @Test
  void aShareThatTheGuestLetsGoLeavesNothingBehindAndIsNotTakenForLost() throws Exception {
    attach("more");
    assertThat(backplane().servers()).containsExactlyInAnyOrder("files", "more");
    assertThat(backplane().chardevs()).containsExactlyInAnyOrder("share-files", "share-more");

    assertThat(ended(detach("more")).status().phase()).isEqualTo("removed");
    launcher().endShare(machine.launch().incarnation(), "more");
    assertThat(ended(detach("files")).status().phase()).isEqualTo("removed");
    launcher().endShare(machine.launch().incarnation(), "files");

    assertThat(backplane().servers()).isEmpty();
    assertThat(backplane().chardevs()).isEmpty();
    assertThat(api().shares(WEB)).isEmpty();
    assertThat(api().definition(WEB).json()).doesNotContain("\"files\"");
    assertThat(types()).doesNotContain(EventTypes.SHARE_LOST);
  }

  @Test
  void aShareThatCameWhileTheMachineRanIsLostWhenItsServerEnds() throws Exception {
    attach("more");

    launcher().endShare(machine.launch().incarnation(), "more");

    eventually(() -> assertThat(lost()).containsExactly("more"));
    assertThat(api().shares(WEB)).extracting(ShareSummary::lost).containsExactly(false, true);
    assertThat(ended(detach("more")).status().phase()).isEqualTo("removed");
    eventually(() -> assertThat(lost()).isEmpty());
    assertThat(backplane().chardevs()).containsExactly("share-files");
  }

  @Test
  void aShareThatComesAgainIsToldToBeLostOnceThoughTheFirstWasWatchedToo() throws Exception {
    attach("more");
    assertThat(ended(detach("more")).status().phase()).isEqualTo("removed");
    attach("more");

    launcher().endShare(machine.launch().incarnation(), "more");

    eventually(() -> assertThat(lost()).containsExactly("more"));
    assertThat(types()).containsOnlyOnce(EventTypes.SHARE_LOST);
  }

  @Test
  void aShareThatComesAgainIsFollowedThoughAnotherCameWhileItLeft() throws Exception {
    machine.monitor().hold("chardev-remove");
    Job job = detach("files");
    machine.monitor().awaitReceived("chardev-remove", 1, TestHost.PATIENCE);
    attach("more");
    machine.monitor().release("chardev-remove");
    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(lost()).isEmpty();
    attach("files");

    launcher().endShare(machine.launch().incarnation(), "files");

    eventually(() -> assertThat(lost()).containsExactly("files"));
  }

  @Test
  void whatServesAShareThatQemuRefusesIsEnded() {
    machine.monitor().refuse("device_add", "GenericError", "Bus 'port3' is broken");

    assertThatThrownBy(() -> attach("more"))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Bus 'port3' is broken");

    assertThat(backplane().servers()).containsExactly("files");
    assertThat(backplane().chardevs()).containsExactly("share-files");
    assertThat(memory.contents().intents()).isEmpty();
  }

  @Test
  void aServerThatDoesNotEndIsEndedLaterAndTheJobWaitsForIt() {
    launcher().fail(FakeLauncher.Job.END_SHARE, new HostFailureException("It does not die."));
    Job job = detach("files");
    eventually(() -> assertThat(backplane().chardevs()).isEmpty());
    assertThat(api().job(job.id()).status().state().isEnded()).isFalse();

    launcher().mend(FakeLauncher.Job.END_SHARE);

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(backplane().servers()).isEmpty();
  }

  @Test
  void aDetachGoesOnInTheNextHostAndEndsWhatHasServed() {
    backplane().holdOn();
    Job job = detach("files");
    eventually(() -> assertThat(api().job(job.id()).status().detail()).isNotEmpty());

    reopen();
    host.await("web", DomainState.RUNNING);
    backplane().letGo();

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(backplane().servers()).isEmpty();
    assertThat(api().domain(WEB).machine().orElseThrow().lostShares()).isEmpty();
  }

  private void attach(String name) {
    api()
        .attachShare(
            WEB,
            TestHost.document("{name: " + name + ", source: /srv}"),
            EditScope.BOTH,
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job detach(String name) {
    return api()
        .detachShare(
            WEB, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private FakeBackplane backplane() {
    return machine.backplane();
  }

  private List<String> lost() {
    return api().domain(WEB).machine().orElseThrow().lostShares();
  }

  private List<String> types() throws InterruptedException {
    List<String> types = new ArrayList<>();
    long newest = api().eventRange().newest();
    try (EventStream events = api().events(0)) {
      for (long last = 0; last < newest; ) {
        DomainEvent event = events.next(TestHost.PATIENCE).orElseThrow();
        last = event.sequence();
        types.add(event.type());
      }
    }
    return types;
  }
}
