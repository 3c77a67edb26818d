package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
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

/** CPUs that come to a machine, and that its guest keeps or lets go. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class SizingTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String REFUSAL =
      "{\"info\": {\"device\": \"cpu-3\", \"source\": 3, \"status\": 1, \"slot\": \"3\","
          + " \"slot-type\": \"CPU\"}}";

  private static final String TOLD_ONCE =
      "the guest was asked once, and has not done it yet; it may have no driver for ";

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.api()
        .define(
            TestHost.document(
                "{name: web, memory: 64MiB, cpus: 4, max-cpus: 6, max-memory: 256MiB}"),
            new DefineCondition.Always());
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void theRecordSaysWhichCpusTheMachineHas() {
    LaunchRecord before = launch();
    assertThat(ended(setCpus(6)).status().phase()).isEqualTo("done");

    assertThat(CpuSlots.count(launch())).isEqualTo(6);
    assertThat(launch().assembly()).hasSize(before.assembly().size() + 2);
    assertThat(machine().backplane().devices()).contains("cpu-4", "cpu-5");
  }

  @Test
  void aGuestThatSaysNoKeepsItsCpuAndTheJobHasFailed() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");

    machine().monitor().emit("ACPI_DEVICE_OST", REFUSAL);

    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("refused-by-guest");
    assertThat(ended.status().detail()).contains("cpu-3");
    assertThat(CpuSlots.count(launch())).isEqualTo(4);
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":4");
  }

  @Test
  void theHighestCpuGoesFirstAndTheNextIsAskedForWhenItIsGone() {
    machine().backplane().holdOn();
    Job job = setCpus(1);
    awaitPhase(job, "waiting-for-guest");
    eventually(() -> assertThat(askedFor()).containsExactly("cpu-3"));

    machine().backplane().letGo();

    assertThat(ended(job).status().phase()).isEqualTo("done");
    assertThat(askedFor()).containsExactly("cpu-3", "cpu-2", "cpu-1");
  }

  /** The devices that the guest was asked for, in that order. */
  private List<String> askedFor() {
    return machine().monitor().received().stream()
        .filter(received -> received.command().equals("device_del"))
        .map(received -> received.arguments().path("id").asText())
        .distinct()
        .toList();
  }

  @Test
  void aGuestThatIsNotUpYetIsAskedAgain() {
    machine()
        .monitor()
        .refuse(
            "device_del",
            "GenericError",
            "acpi: device unplug request for not supported device type: max-x86_64-cpu");

    Job job = setCpus(3);

    eventually(
        () ->
            assertThat(host.api().job(job.id()).status().detail())
                .isEqualTo("the guest is not up yet, and is asked again"));
    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("waiting-for-guest");
    host.api().cancelJob(job.id());
  }

  @Test
  void aGuestThatIsStillAtItHasNotSaidNo() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");

    machine()
        .monitor()
        .emit("ACPI_DEVICE_OST", REFUSAL.replace("\"status\": 1,", "\"status\": 132,"));
    assertThat(host.api().job(job.id()).status().state()).isEqualTo(JobState.RUNNING);
    machine().backplane().letGo();

    assertThat(ended(job).status().phase()).isEqualTo("done");
  }

  @Test
  void whatAGuestLetGoWhileNobodyLookedIsFoundOut() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");
    FakeMachine machine = machine();
    host.close(Duration.ZERO);
    machine.backplane().letGo();
    MemoryStore first = store;
    store = first.reopened();
    first.close();

    host = new TestHost(store, machines);

    assertThat(ended(job).status().phase()).isEqualTo("done");
    assertThat(CpuSlots.count(launch())).isEqualTo(3);
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":3");
  }

  @Test
  void aCpuThatWasTakenOutUnderTcgDoesNotComeAgainBeforeTheNextBoot() {
    ended(setCpus(3));
    assertThat(CpuSlots.of(launch(), CpuSlots.SPENT))
        .extracting(DeviceRecord::id)
        .containsExactly("cpu-3");

    assertThatThrownBy(() -> setCpus(4))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("TCG")
        .hasMessageContaining("next boot");

    host.destroy("web");
    host.api().start(WEB, StartMode.RUNNING, CallOptions.none());
    assertThat(ended(setCpus(4)).status().phase()).isEqualTo("done");
  }

  @Test
  void whatQemuRefusesFailsAndTheRecordHasWhatIsThere() {
    machine().monitor().refuse("device_add", "GenericError", "No.");

    Job ended = ended(setCpus(6));

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("No.");
    assertThat(CpuSlots.count(launch())).isEqualTo(4);
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":4");
  }

  @Test
  void aMachineThatEndsMeanwhileLeavesTheNumberToTheNextOne() {
    machine().backplane().holdOn();
    Job both = setCpus(3);
    awaitPhase(both, "waiting-for-guest");

    host.destroy("web");

    assertThat(ended(both).status().phase()).isEqualTo("done");
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":3");

    host.start("web");
    machine().backplane().holdOn();
    Job live = host.api().setCpus(WEB, 2, EditScope.LIVE, JobOptions.none(), CallOptions.none());
    host.destroy("web");
    assertThat(ended(live).status().phase()).isEqualTo("machine-ended");
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":3");
  }

  @Test
  void theRecordSaysHowMuchMemoryTheGuestIsToHave() {
    Job job = setMemory(128);

    assertThat(ended(job).status().phase()).isEqualTo("done");
    assertThat(GrowingMemory.requested(launch())).isEqualTo(ByteSize.mebibytes(64));
    assertThat(machine().memory().size()).isEqualTo(64 << 20);
  }

  @Test
  void aGuestThatKeepsItsMemoryKeepsTheJobGoing() {
    ended(setMemory(192));
    machine().memory().ignore();

    Job job = setMemory(64);
    awaitDetail(job, TOLD_ONCE + "memory that comes and goes");

    assertThat(host.api().job(job.id()).status().progress())
        .hasValueSatisfying(
            progress -> {
              assertThat(progress.done()).isZero();
              assertThat(progress.total()).isEqualTo(128 << 20);
            });
    machine().memory().obey();
    assertThat(ended(job).status().phase()).isEqualTo("done");
  }

  @Test
  void memoryGrowsInSteps() {
    assertThatThrownBy(() -> setMemory(65))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("steps of 2MiB");
  }

  @Test
  void aGuestThatDoesNotFollowItsBalloonDoesSoInTheNextHost() {
    machine().memory().ignore();
    Job job =
        host.api().setBalloon(WEB, ByteSize.mebibytes(32), JobOptions.none(), CallOptions.none());
    awaitDetail(job, TOLD_ONCE + "a balloon");
    FakeMachine machine = machine();
    host.close(Duration.ZERO);
    machine.memory().obey();
    MemoryStore first = store;
    store = first.reopened();
    first.close();

    host = new TestHost(store, machines);

    assertThat(ended(job).status().phase()).isEqualTo("done");
    assertThat(machine.memory().balloon()).isEqualTo(32 << 20);
  }

  private Job setMemory(int mebibytes) {
    return host.api()
        .setMemory(
            WEB,
            ByteSize.mebibytes(mebibytes),
            EditScope.BOTH,
            JobOptions.none(),
            CallOptions.none());
  }

  private void awaitDetail(Job job, String detail) {
    eventually(() -> assertThat(host.api().job(job.id()).status().detail()).isEqualTo(detail));
  }

  @Test
  void aCpuThatGoesAfterItsJobWasCancelledIsOffTheRecord() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");
    assertThat(host.api().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);

    machine().backplane().letGo();

    eventually(() -> assertThat(CpuSlots.count(launch())).isEqualTo(3));
    assertThat(host.api().job(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":4");
  }

  @Test
  void aCpuThatGoesWithoutAJobWhileNobodyLooksIsOffTheRecord() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");
    host.api().cancelJob(job.id());
    FakeMachine machine = machine();
    host.close(Duration.ZERO);
    machine.backplane().letGo();
    MemoryStore first = store;
    store = first.reopened();
    first.close();

    host = new TestHost(store, machines);

    eventually(() -> assertThat(CpuSlots.count(launch())).isEqualTo(3));
  }

  @Test
  void aNumberThatNeitherMachineNorDefinitionCanHaveIsNoSuccess() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");
    redefine("{name: web, memory: 64MiB, cpus: 2, max-cpus: 2}");

    host.destroy("web");

    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("machine-ended");
    assertThat(ended.status().detail()).contains("definition", "max-cpus");
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":2");
  }

  @Test
  void aNumberThatTheDefinitionCannotHaveIsSaidToBeInTheMachineOnly() {
    machine().backplane().holdOn();
    Job job = setCpus(3);
    awaitPhase(job, "waiting-for-guest");
    redefine("{name: web, memory: 64MiB, cpus: 2, max-cpus: 2}");

    machine().backplane().letGo();

    Job ended = ended(job);
    assertThat(ended.status().phase()).isEqualTo("done");
    assertThat(ended.status().detail()).contains("in the machine only", "max-cpus");
    assertThat(CpuSlots.count(launch())).isEqualTo(3);
    assertThat(host.api().definition(WEB).json()).contains("\"cpus\":2");
  }

  @Test
  void aCallThatComesTwiceWhileQemuIsAskedBeginsOneJob() throws Exception {
    machine().monitor().hold("query-hotpluggable-cpus");
    var first = TestHost.async(() -> setCpusOnce("k1"));
    var second = TestHost.async(() -> setCpusOnce("k1"));
    machine().monitor().awaitReceived("query-hotpluggable-cpus", 2, TestHost.PATIENCE);

    machine().monitor().release("query-hotpluggable-cpus");

    assertThat(second.join().id()).isEqualTo(first.join().id());
    assertThat(ended(first.join()).status().phase()).isEqualTo("done");
    assertThat(host.api().jobs()).hasSize(1);
  }

  private Job setCpusOnce(String key) {
    CallOptions patient = CallOptions.within(TestHost.PATIENCE);
    return host.api().setCpus(WEB, 6, EditScope.BOTH, JobOptions.once(key), patient);
  }

  private void redefine(String definition) {
    host.api().define(TestHost.document(definition), new DefineCondition.Always());
  }

  private Job setCpus(int cpus) {
    return host.api().setCpus(WEB, cpus, EditScope.BOTH, JobOptions.none(), CallOptions.none());
  }

  private void awaitPhase(Job job, String phase) {
    eventually(() -> assertThat(host.api().job(job.id()).status().phase()).isEqualTo(phase));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private LaunchRecord launch() {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }

  private FakeMachine machine() {
    return machines.of("web");
  }
}
