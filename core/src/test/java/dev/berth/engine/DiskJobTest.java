package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.engine.step.GuestPatience;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Disks of machines whose guests let go of them, do not, or do so when nobody looks. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class DiskJobTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\ndisks:\n"
          + "- {name: root, file: /images/root.raw, format: raw}\n"
          + "- {name: data, file: /images/data.raw, format: raw}\n";

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomainWithADiskToSpare() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.api().define(TestHost.document(DEFINITION), new DefineCondition.Always());
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aDiskThatTheGuestLetsGoLeavesNothingBehind() {
    Job job = detach("data", EditScope.BOTH);

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(machine().backplane().devices()).contains("disk-root").doesNotContain("disk-data");
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("root-format", "root-file");
    assertThat(disks(launch())).doesNotContain("data");
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"data\"");
    assertThat(host.domain("web").definition().pending()).isFalse();
  }

  @Test
  void aPlaceThatWasGivenBackIsTakenAgain() {
    attach("more");
    attach("other");
    assertThatThrownBy(() -> attach("further")).isInstanceOf(InvalidStateException.class);
    ended(detach("more", EditScope.BOTH));

    attach("further");

    assertThat(machine().backplane().devices())
        .contains("disk-further")
        .doesNotContain("disk-more");
  }

  @Test
  void aGuestThatHoldsOnIsNeverReportedAsDone() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);

    eventually(() -> assertThat(now(job).status().detail()).contains("asked once"));
    assertThat(now(job).status().state()).isEqualTo(JobState.RUNNING);
    assertThat(disks(launch())).contains("data");

    machine().backplane().letGo();
    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aNodeThatIsInUseAMomentLongerIsFreedSoon() {
    machine().backplane().keepNodesInUse(6);

    Job job = ended(detach("data", EditScope.BOTH));

    assertThat(job.status().phase()).isEqualTo("removed");
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("root-format", "root-file");
  }

  @Test
  void howeverOftenADiskCannotBeFreedItIsTriedAgainAtOneTime() throws Exception {
    host.close();
    ManualTime time = new ManualTime();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host =
        new TestHost(store, machines, TestHost.SETTINGS, port -> port, time, time, TestHost.BOOT);
    host.await("web", DomainState.RUNNING);
    machine().backplane().keepNodesInUse(Integer.MAX_VALUE);
    machine().backplane().eject("disk-data");
    machine().monitor().awaitReceived("blockdev-del", 1, TestHost.PATIENCE);
    long before = time.waiting();

    eventually( // each request but the last has been refused when the next one comes
        () -> {
          machine().monitor().emit("DEVICE_DELETED", "{\"path\": \"/machine/peripheral/x\"}");
          assertThat(attemptsToFree()).isGreaterThan(6);
        });

    assertThat(time.waiting()).isLessThanOrEqualTo(before + 1);
    machine().backplane().keepNodesInUse(0);
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(10));
          assertThat(disks(launch())).doesNotContain("data");
        });
  }

  private long attemptsToFree() {
    return machine().monitor().received().stream()
        .filter(received -> received.command().equals("blockdev-del"))
        .count();
  }

  @Test
  void aGuestThatRefusesEndsTheJobAndKeepsTheDisk() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    eventually(() -> assertThat(now(job).status().detail()).isNotEmpty());

    machine().backplane().refuse("disk-data");

    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("refused-by-guest");
    assertThat(disks(launch())).contains("data");
    assertThat(host.api().definition(WEB).json()).contains("\"data\"");
  }

  @Test
  void whatQemuRefusesEndsTheJob() {
    machine().monitor().refuse("device_del", "GenericError", "Bus 'pcie.0' does not support it");

    Job ended = ended(detach("data", EditScope.LIVE));

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("Bus 'pcie.0' does not support it");
  }

  @Test
  void aGuestThatIsBusyIsAskedAgain() {
    machine()
        .monitor()
        .refuse("device_del", "GenericError", "Hot-unplug failed: guest is busy (power indicator)");
    Job job = detach("data", EditScope.LIVE);

    eventually(() -> assertThat(now(job).status().detail()).contains("asked once"));
    assertThat(now(job).status().state()).isEqualTo(JobState.RUNNING);
    assertThat(GuestPatience.pause(1)).isEqualTo(Duration.ofSeconds(10));
    assertThat(GuestPatience.pause(2)).isEqualTo(Duration.ofSeconds(20));
    assertThat(GuestPatience.pause(9)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aJobGoesOnInTheNextHost() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    restartHost();
    assertThat(now(job).status().state()).isEqualTo(JobState.RUNNING);

    machine().backplane().letGo();

    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"data\"");
    assertThat(machine().backplane().nodes()).doesNotContain("data-format", "data-file");
  }

  @Test
  void whatAGuestLetGoWhileNobodyLookedIsFoundOut() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    eventually(() -> assertThat(now(job).status().detail()).isNotEmpty());
    restartHost(() -> machine().backplane().letGo());

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(disks(launch())).doesNotContain("data");
    assertThat(machine().backplane().nodes()).doesNotContain("data-format", "data-file");
  }

  @Test
  void aResultIsKeptByTheNextHost() {
    Job ended = ended(detach("data", EditScope.BOTH));
    restartHost();

    assertThat(host.api().job(ended.id())).isEqualTo(ended);
  }

  @Test
  void aMachineThatDiesTakesTheDiskAlongAndTheDefinitionFollows() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    machine().die(ProcessExit.UNKNOWN);

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"data\"");
  }

  @Test
  void aMachineThatDiesWhileNobodyLooksTakesTheDiskAlong() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    restartHost(() -> machine().die(ProcessExit.UNKNOWN));

    assertThat(ended(job).status().phase()).isEqualTo("removed");
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"data\"");
  }

  @Test
  void aDiskThatTheGuestTakesOutByItselfIsOnRecord() {
    machine().backplane().eject("disk-data");

    eventually(() -> assertThat(disks(launch())).doesNotContain("data"));
    assertThat(machine().backplane().nodes()).doesNotContain("data-format", "data-file");
    assertThat(host.api().definition(WEB).json()).contains("\"data\"");
  }

  @Test
  void aGuestThatWasAskedMayLetGoAfterTheJobWasCancelled() {
    machine().backplane().holdOn();
    Job job = detach("data", EditScope.BOTH);
    assertThat(host.api().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);

    machine().backplane().letGo();

    eventually(() -> assertThat(disks(launch())).doesNotContain("data"));
    assertThat(now(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(host.api().definition(WEB).json()).contains("\"data\"");
  }

  @Test
  void whatQemuDoesNotTakeLeavesNothingBehind() {
    machine().monitor().refuse("device_add", "GenericError", "Bus 'port3' is broken");

    assertThatThrownBy(() -> attach("more"))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Bus 'port3' is broken");

    assertThat(machine().backplane().nodes()).doesNotContain("more-format", "more-file");
    assertThat(disks(launch())).doesNotContain("more");
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"more\"");
    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.domain("web").operation()).isEmpty();
  }

  @Test
  void aDestroyWhileADiskIsAttachedGoesThrough() {
    machine().monitor().hold("blockdev-add");
    var attaching = TestHost.async(() -> attach("more"));
    eventually(() -> assertThat(host.domain("web").operation()).isPresent());

    host.destroy("web");

    assertThatThrownBy(attaching::join).hasMessageContaining("");
    eventually(() -> assertThat(host.domain("web").operation()).isEmpty());
    assertThat(store.contents().intents()).isEmpty();
    host.start("web");
  }

  @Test
  void jobsBeyondTheLimitAreForgottenTheOldestFirst() {
    Job first = ended(detach("data", EditScope.BOTH));
    for (int i = 0; i < DomainJobs.KEPT; i++) {
      attach("more");
      ended(detach("more", EditScope.BOTH));
    }

    assertThat(host.api().jobs())
        .hasSize(DomainJobs.KEPT)
        .extracting(Job::id)
        .doesNotContain(first.id());
    assertThat(store.contents().jobs()).hasSize(DomainJobs.KEPT);
  }

  private Object attach(String name) {
    DefinitionDocument disk =
        TestHost.document("{name: " + name + ", file: /images/x.raw, format: raw}");
    return host.api().attachDisk(WEB, disk, EditScope.BOTH, CallOptions.within(TestHost.PATIENCE));
  }

  private Job detach(String name, EditScope scope) {
    return host.api()
        .detachDisk(WEB, name, scope, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private Job now(Job job) {
    JobId id = job.id();
    return host.api().job(id);
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  private LaunchRecord launch() {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }

  private static List<String> disks(LaunchRecord launch) {
    return launch.devices().stream().map(LaunchRecord.DeviceRecord::name).toList();
  }

  private void restartHost() {
    restartHost(() -> {});
  }

  private void restartHost(Runnable meanwhile) {
    host.close();
    meanwhile.run();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines);
  }
}
