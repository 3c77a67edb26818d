package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Consistency;
import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.AgentRequest;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeAgent;
import dev.berth.testing.FakeAgent.Received;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Guests that are brought to rest for a backup, and agents that do not do their part. */
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class BackupQuiescingTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path backups;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;
  private FakeAgent agent;

  @BeforeEach
  void startADomainWithAnAgent() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.define("web");
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: /images/data.qcow2, format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
    host.start("web");
    agent = machine().startAgent();
    awaitAgent(AgentState.CONNECTED);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aGuestIsAtRestWhenItsBackupBegins() {
    Job ended = ended(backup("first", Quiesce.REQUIRED));

    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    assertThat(ended.status().detail()).doesNotContain("consistent");
    assertThat(consistency("first")).isEqualTo(Consistency.application());
    assertThat(agent.received())
        .extracting(Received::command)
        .containsExactly(
            "guest-fsfreeze-status",
            "guest-fsfreeze-freeze",
            "guest-fsfreeze-status",
            "guest-fsfreeze-thaw",
            "guest-fsfreeze-status");
  }

  @Test
  void aGuestThatThawedByItselfBeforeQemuBeganWasNotAtRest() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.REQUIRED);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);
    agent.thawByItself();
    machine().monitor().release("transaction");

    assertThat(ended(job).status().phase()).isEqualTo("freeze-failed");
    assertThat(ended(job).status().detail()).contains("not frozen any more");
    assertThat(backups).isEmptyDirectory();
    assertThat(machine().backups().ids()).isEmpty();
  }

  @Test
  void aHostThatIsClosedLeavesNoGuestFrozen() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.REQUIRED);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);
    CompletableFuture<String> closed =
        TestHost.async(
            () -> {
              host.close(TestHost.PATIENCE);
              return "closed";
            });
    eventually(
        () -> assertThatExceptionOfType(HostUnreachableException.class).isThrownBy(() -> now(job)));
    assertThat(agent.isFrozen()).isTrue();

    machine().monitor().release("transaction");

    assertThat(closed).succeedsWithin(TestHost.PATIENCE);
    assertThat(agent.isFrozen()).isFalse();
  }

  @Test
  void nobodyIsFrozenUnlessThatIsWanted() {
    assertThat(ended(backup("first", Quiesce.NONE)).status().phase()).isEqualTo("complete");

    assertThat(consistency("first")).isEqualTo(Consistency.crash());
    assertThat(agent.received()).isEmpty();
  }

  @Test
  void whereThereIsNoAgentThatIsSaidOrThereIsNoBackup() {
    machine().stopAgent();
    awaitAgent(AgentState.DISCONNECTED);

    assertUnfrozenBecause("no agent listens in its guest");
  }

  @Test
  void aGuestThatDoesNotRunIsNotAsked() {
    host.api().pause(WEB, CallOptions.none());

    assertUnfrozenBecause("its guest does not run");
    assertThat(agent.received()).isEmpty();
  }

  @Test
  void anAgentThatRefusesIsThawedAllTheSame() {
    agent.refuse("guest-fsfreeze-freeze", "GenericError", "a hook failed");

    assertUnfrozenBecause("a hook failed");
    assertThat(agent.received())
        .extracting(Received::command)
        .endsWith("guest-fsfreeze-thaw", "guest-fsfreeze-status");
  }

  @Test
  void anAgentThatAnswersNonsenseIsNotBelieved() {
    agent.answer("guest-fsfreeze-freeze", "\"yes\"");
    assertUnfrozenBecause("cannot be read");

    agent.answer("guest-fsfreeze-freeze", "0");
    assertThat(ended(backup("none", Quiesce.IF_POSSIBLE)).status().detail())
        .contains("frozen no file system");
  }

  @Test
  void whatSomebodyElseHasFrozenStaysSo() {
    agent.answer("guest-fsfreeze-status", "\"frozen\"");

    assertUnfrozenBecause("somebody else has frozen");
    assertThat(agent.received())
        .extracting(Received::command)
        .doesNotContain("guest-fsfreeze-thaw");
  }

  private void assertUnfrozenBecause(String why) {
    Job required = ended(backup("required", Quiesce.REQUIRED));
    assertThat(required.status().phase()).as(required.toString()).isEqualTo("freeze-failed");
    assertThat(required.status().detail()).contains(why);
    assertThat(backups).isEmptyDirectory();
    assertThat(machine().backups().ids()).isEmpty();

    Job possible = ended(backup("possible", Quiesce.IF_POSSIBLE));
    assertThat(possible.status().phase()).as(possible.toString()).isEqualTo("complete");
    assertThat(possible.status().detail()).contains("crash-consistent: ", why);
    assertThat(consistency("possible").kind()).isEqualTo(Consistency.Kind.CRASH);
    assertThat(consistency("possible").reason()).contains(why);
    assertThat(agent.isFrozen()).isFalse();
  }

  @Test
  void anAgentThatHangsIsWaitedForUntilItHasThawed() {
    agent.hold("guest-fsfreeze-freeze");
    Job job = backup("first", Quiesce.REQUIRED);
    awaitPhase(job, "freezing");

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () -> host.api().agent(WEB, AgentRequest.of("guest-ping", "{}"), CallOptions.none()))
        .withMessageContainingAll("'web'", job.id().text());
    host.api().cancelJob(job.id());
    assertThat(now(job).status().phase()).isEqualTo("undoing");
    agent.release("guest-fsfreeze-freeze");

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(agent.isFrozen()).isFalse();
    assertThat(backups).isEmptyDirectory();
    assertThat(host.api().agent(WEB, AgentRequest.of("guest-ping", "{}"), CallOptions.none()))
        .isEqualTo("{}");
  }

  @Test
  void anAgentThatVanishesIsToldToThawWhenItIsBack() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.REQUIRED);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);
    assertThat(agent.isFrozen()).isTrue();

    machine().stopAgent();
    awaitAgent(AgentState.DISCONNECTED);
    machine().monitor().release("transaction");

    eventually(
        () ->
            assertThat(now(job).status().detail()).contains("nobody knows whether it was frozen"));
    machine().startAgent();
    assertThat(ended(job).status().phase()).isEqualTo("freeze-failed");
    assertThat(agent.isFrozen()).isFalse();
    assertThat(backups).isEmptyDirectory();
  }

  @Test
  void aGuestIsThawedThoughQemuDoesNotBegin() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.IF_POSSIBLE);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);
    assertThat(agent.isFrozen()).isTrue();

    eventually(() -> assertThat(agent.isFrozen()).isFalse());
    machine().monitor().release("transaction");

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(consistency("first").reason()).contains("longer to begin");
  }

  @Test
  void theNextHostThawsBeforeAnythingElse() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.IF_POSSIBLE);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);
    agent.hold("guest-fsfreeze-thaw"); // the host that ends gets no further

    restartHost(() -> agent.release("guest-fsfreeze-thaw"));

    assertThat(ended(job).status().phase()).isIn("complete", "interrupted");
    assertThat(agent.isFrozen()).isFalse();
  }

  @Test
  void aMachineThatEndsNeedsNoThawing() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first", Quiesce.REQUIRED);
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);

    machine().die(ProcessExit.UNKNOWN);

    assertThat(ended(job).status().phase()).isEqualTo("machine-ended");
    assertThat(backups).isEmptyDirectory();
  }

  // ---- its parts

  private Consistency consistency(String name) {
    return host.api().backups().list(backups, CallOptions.none()).stream()
        .filter(backup -> backup.name().text().equals(name))
        .map(Backup::consistency)
        .findFirst()
        .orElseThrow();
  }

  private Job backup(String name, Quiesce quiesce) {
    return host.api()
        .backups()
        .create(
            WEB,
            BackupRequest.to(backups, new BackupName(name)).with(quiesce),
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE.multipliedBy(3));
  }

  private Job now(Job job) {
    return host.api().job(job.id());
  }

  private void awaitPhase(Job job, String phase) {
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo(phase));
  }

  private void awaitAgent(AgentState state) {
    eventually(
        () -> assertThat(host.domain("web").machine().map(it -> it.agent())).contains(state));
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  private void restartHost(Runnable meanwhile) {
    host.close(Duration.ZERO);
    meanwhile.run();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines);
    host.await("web", DomainState.RUNNING);
  }
}
