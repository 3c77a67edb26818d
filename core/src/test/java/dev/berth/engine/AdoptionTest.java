package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.machine.ProcessExit;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.StoredLaunch;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Machines that were there before the host process, or whose connection was lost. */
final class AdoptionTest extends EngineFixture {

  @Test
  void aRunningMachineIsAdoptedAndObeysAgain() {
    FakeMachine machine = running();
    String incarnation = web().machine().get().incarnation();
    long generation = web().generation();

    reopen();

    DomainSnapshot adopted = host.await("web", DomainState.RUNNING);
    assertThat(adopted.machine().get().incarnation()).isEqualTo(incarnation);
    assertThat(adopted.status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(adopted.generation()).isGreaterThan(generation);
    assertThat(machine.signals()).isEmpty();
    assertThat(api().pause(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
  }

  @Test
  void whatHappenedWhileNobodyLookedIsFoundOut() throws Exception {
    Map<String, FakeMachine> machine = new HashMap<>();
    for (String name : List.of("off", "panicked", "paused", "killed")) {
      host.define(name);
      host.start(name);
      machine.put(name, machines.of(name));
    }
    host.close();
    machine.get("off").guestShutsDown();
    machine.get("panicked").guestPanics();
    machine.get("paused").runState("paused");
    machine.get("killed").die(ProcessExit.ofShellCode(137));

    reopen();

    assertThat(host.await("off", DomainState.SHUTOFF).status().reason())
        .isEqualTo(StateReason.SHUTDOWN);
    assertThat(host.await("panicked", DomainState.CRASHED).status().reason())
        .isEqualTo(StateReason.PANICKED);
    assertThat(host.await("paused", DomainState.PAUSED).status().reason())
        .isEqualTo(StateReason.USER);
    assertThat(host.domain("killed").status().state())
        .as("known as soon as the host is open")
        .isEqualTo(DomainState.SHUTOFF);
    assertThat(host.domain("killed").status().detail())
        .contains("QEMU ended unexpectedly: signal 9");
    eventually(() -> assertThat(machines.runDirectories()).hasSize(2));
  }

  @Test
  void aHungMachineDelaysNobodyAndIsShownAsAdoptingAndStalled() {
    running().hang();
    host.define("other");
    host.start("other");

    reopen();

    assertThat(web().status().state()).isEqualTo(DomainState.ADOPTING);
    host.await("other", DomainState.RUNNING);
    eventually(() -> assertThat(web().machine().get().liveness()).isEqualTo(Liveness.STALLED));
    assertThatThrownBy(() -> api().pause(WEB, CallOptions.none()))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("adopted");

    machines.of("web").goOn();
    host.await("web", DomainState.RUNNING);
  }

  @Test
  void aHungMachineThatIsBeingAdoptedCanBeDestroyed() {
    FakeMachine machine = running();
    machine.stop();
    reopen();

    host.destroy("web");

    assertThat(machine.signals()).containsExactly("KILL");
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void aLostConnectionIsTakenUpAgain() {
    FakeMachine machine = running();

    machine.monitor().hangUp();

    host.await("web", DomainState.ADOPTING);
    host.await("web", DomainState.RUNNING);
    assertThat(machine.signals()).isEmpty();
    assertThat(api().pause(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
  }

  @Test
  void aMachineThatIsTakenUpAgainIsWatchedOnce() {
    FakeMachine machine = running();
    int awaited = machine.exitsAwaited();

    machine.monitor().hangUp();
    host.await("web", DomainState.ADOPTING);
    host.await("web", DomainState.RUNNING);

    assertThat(machine.exitsAwaited()).as("one more, by the connection").isEqualTo(awaited + 1);
    machine.kill();
    host.await("web", DomainState.SHUTOFF);
  }

  @Test
  void aMachineThatCannotBeProvedOursIsShownAndNeverSignalled() {
    FakeMachine machine = running();
    String incarnation = machine.launch().incarnation();
    reopenWith(launcher -> launcher.doubt(incarnation, "pid 1001 is somebody else's"));

    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(web().status().detail()).contains("pid 1001 is somebody else's");
    assertThatThrownBy(() -> host.start("web")).isInstanceOf(InvalidStateException.class);
    assertThatThrownBy(() -> api().undefine(WEB)).isInstanceOf(InvalidStateException.class);
    assertThatThrownBy(() -> host.destroy("web"))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(incarnation)
        .hasMessageContaining("nothing was signalled");
    assertThat(machine.signals()).isEmpty();
    assertThat(memory.contents().launches()).hasSize(1);

    launcher().trust(incarnation);
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(machine.signals()).containsExactly("TERM");
  }

  @Test
  void aMachineWithoutAMonitorIsShownWithTheReasonAndCanBeDestroyed() throws IOException {
    FakeMachine machine = running();
    host.close();
    Files.delete(machine.launch().files().qmpSocket());

    reopen();

    host.await("web", DomainState.NOSTATE);
    assertThat(web().status().detail())
        .hasValueSatisfying(why -> assertThat(why).contains("socket"));
    assertThat(machine.signals()).isEmpty();
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void aLauncherThatFailsToLookLeavesTheMachineAlone() {
    FakeMachine machine = running();
    reopenWith(
        launcher -> launcher.fail(FakeLauncher.Job.IDENTIFY, new HostFailureException("no /proc")));

    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(web().status().detail()).contains("looking at it failed: no /proc");
    assertThat(machine.signals()).isEmpty();
  }

  @Test
  void aStartWhoseUndoWasCutOffIsUndoneToItsEnd() throws Exception {
    FakeMachine machine = running();
    put(new Change.PutIntent(new Intent(web().uuid(), "start", "{}", "test", Instant.EPOCH)));
    FakeLauncher.beginAbort(machine.launch());

    reopen();

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.FAILED);
    assertThat(machines.living()).isEmpty();
    assertThat(machines.runDirectories()).isEmpty();
    assertThat(memory.contents().launches()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
  }

  @Test
  void undoesThatAreStuckKeepNoOtherDomainWaiting() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    FakeMachine machine = running();
    List<Change> starts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      UUID uuid = host.define("vm" + i).snapshot().uuid();
      host.start("vm" + i);
      starts.add(new Change.PutIntent(new Intent(uuid, "start", "{}", "test", Instant.EPOCH)));
    }
    put(starts);
    for (int i = 0; i < 8; i++) {
      FakeLauncher.beginAbort(machines.of("vm" + i).launch());
    }
    reopenWith(launcher -> launcher.hold(FakeLauncher.Job.ABORT, stuck));

    assertThat(host.domain("vm0").status().state()).isEqualTo(DomainState.ADOPTING);
    host.destroy("web");

    assertThat(machine.signals()).containsExactly("TERM");
    stuck.countDown();
    for (int i = 0; i < 8; i++) {
      host.await("vm" + i, DomainState.SHUTOFF);
    }
  }

  @Test
  void aMachineThatLooksUndoneWithoutAStartOnRecordIsLeftAlone() {
    FakeMachine machine = running();
    host.close();
    FakeLauncher.beginAbort(machine.launch());

    reopen();

    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(web().status().detail().orElseThrow()).contains("no start of it is on record");
    assertThat(machine.signals()).isEmpty();
  }

  // ---- what cannot be read

  @Test
  void anUnreadableLaunchRecordIsShownAndKeepsNobodyFromOpening() throws Exception {
    FakeMachine machine = running();
    host.define("other");
    UUID uuid = web().uuid();
    put(
        new Change.PutLaunch(
            new StoredLaunch(uuid, machine.launch().incarnation(), "{\"format\": 99}")));

    reopen();

    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(web().status().detail())
        .hasValueSatisfying(why -> assertThat(why).contains("format 99"));
    assertThatThrownBy(() -> host.start("web")).isInstanceOf(InvalidStateException.class);
    host.define("web", "256MiB");
    assertThat(machine.signals()).isEmpty();
    assertThat(memory.contents().launches()).hasSize(1);
    assertThat(host.start("other").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aDomainWithAnUnreadableLaunchRecordIsDestroyedByWhatProvesItsIncarnation() throws Exception {
    FakeMachine machine = running();
    String incarnation = machine.launch().incarnation();
    put(new Change.PutLaunch(new StoredLaunch(web().uuid(), incarnation, "{")));
    reopen();
    launcher().fail(FakeLauncher.Job.ABORT, new HostFailureException("process 4711 is left"));
    assertThatThrownBy(() -> host.destroy("web")).hasMessageContaining("process 4711 is left");
    assertThat(web().status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(memory.contents().launches()).hasSize(1);
    launcher().mend(FakeLauncher.Job.ABORT);

    DomainSnapshot destroyed = host.destroy("web").snapshot();

    assertThat(machines.living()).isEmpty();
    assertThat(destroyed.status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(destroyed.status().reason()).isEqualTo(StateReason.UNKNOWN);
    assertThat(memory.contents().launches()).isEmpty();
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void anUnreadableDefinitionIsShownKeptAsItIsAndCanBeReplaced() throws Exception {
    host.define("web");
    host.define("other");
    DomainRecord row =
        memory.contents().domains().stream()
            .filter(it -> it.name().text().equals("web"))
            .findFirst()
            .orElseThrow();
    put(
        new Change.PutDomain(
            new DomainRecord(
                row.uuid(), row.name(), row.generation(), 1, "{\"memory\": 7", row.status())));

    reopen();

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(web().status().detail())
        .hasValueSatisfying(why -> assertThat(why).contains("cannot be read"));
    assertThatThrownBy(() -> host.start("web"))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Define it again");
    assertThat(web().operation()).isEmpty();
    assertThat(api().definition(WEB).json()).isEqualTo("{\"memory\": 7");

    host.define("web");
    assertThat(web().status().detail()).isEmpty();
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void anUnreadableDefinitionOfARunningDomainDoesNotKeepItFromBeingAdopted() throws Exception {
    running();
    DomainRecord row = memory.contents().domains().get(0);
    put(
        new Change.PutDomain(
            new DomainRecord(row.uuid(), row.name(), row.generation(), 1, "[]", row.status())));

    reopen();

    host.await("web", DomainState.RUNNING);
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(memory.contents().domains().get(0).document()).isEqualTo("[]");
  }

  @Test
  void aRebuiltStoreThatSaysShutOffAndHasALaunchFindsTheMachine() throws Exception {
    FakeMachine machine = running();
    DomainRecord row = memory.contents().domains().get(0);
    put(
        new Change.PutDomain(
            new DomainRecord(
                row.uuid(),
                row.name(),
                row.generation(),
                row.revision(),
                row.document(),
                DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, Instant.EPOCH))));

    reopen();

    host.await("web", DomainState.RUNNING);
    assertThat(machine.signals()).isEmpty();
  }

  @Test
  void anIntentWithoutALaunchIsSettled() throws Exception {
    host.define("web");
    put(new Change.PutIntent(new Intent(web().uuid(), "destroy", "{}", "test", Instant.EPOCH)));

    reopen();

    eventually(() -> assertThat(memory.contents().intents()).isEmpty());
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  private void put(Change change) throws Exception {
    put(List.of(change));
  }

  private void put(List<Change> changes) throws Exception {
    host.close();
    memory.commit(new Commit(changes, List.of())).get(20, TimeUnit.SECONDS);
  }
}
