package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.machine.Dimms;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.testing.FakeBackplane;
import dev.berth.testing.FakeQemu;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that comes to a machine by DIMMs, and that its guest keeps or lets go. */
final class DimmJobTest extends EngineFixture {
  private static final String REFUSAL =
      "{\"info\": {\"device\": \"dimm-1\", \"source\": 3, \"status\": 130, \"slot\": \"1\","
          + " \"slot-type\": \"DIMM\"}}";

  @BeforeEach
  void aMachineWithThreeSlots() {
    api()
        .define(
            TestHost.document(
                "{name: web, memory: 64MiB, max-memory: 448MiB, memory-device: dimm}"),
            new DefineCondition.Always());
    host.start("web");
  }

  @Test
  void eachSizeBringsADimmOfTheDifference() {
    assertThat(ended(setMemory(320)).status().phase()).isEqualTo("done");
    assertThat(ended(setMemory(448)).status().phase()).isEqualTo("done");

    assertThat(backplane().dimms())
        .containsOnly(Map.entry("dimm-0", 256L << 20), Map.entry("dimm-1", 128L << 20));
    assertThat(Dimms.plugged(launch())).isEqualTo(ByteSize.mebibytes(384));
    assertThat(api().definition(WEB).json()).contains("\"memory\":\"448MiB\"");
    assertThat(web().definition().pending()).isFalse();
  }

  @Test
  void wholeDimmsGoAndNothingStaysThatHasBackedThem() {
    ended(setMemory(192));
    ended(setMemory(320));

    assertThat(ended(setMemory(64)).status().phase()).isEqualTo("done");

    assertThat(backplane().dimms()).isEmpty();
    eventually(() -> assertThat(backplane().sources()).isEmpty());
    assertThat(Dimms.of(launch(), Dimms.TAKEN)).isEmpty();
    assertThat(ended(setMemory(192)).status().phase()).isEqualTo("done");
  }

  @Test
  void whatIsNoWholeDimmIsRefusedNamingWhatIs() {
    ended(setMemory(320));

    assertThatThrownBy(() -> setMemory(400))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("in steps of 128MiB")
        .hasMessageContaining("it has 320MiB now");
    assertThatThrownBy(() -> setMemory(192))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("it can go back to 64MiB");
    assertThatThrownBy(() -> setMemory(576))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("'max-memory'")
        .hasMessageContaining("next boot");
  }

  @Test
  void aGuestThatSaysNoKeepsItsDimmAndTheJobHasFailed() {
    ended(setMemory(192));
    ended(setMemory(320));
    backplane().holdOn();
    Job job = setMemory(192);
    eventually(
        () ->
            assertThat(api().job(job.id()).status().detail()).contains("the guest was asked once"));

    machines.of("web").monitor().emit("ACPI_DEVICE_OST", REFUSAL);

    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("refused-by-guest");
    assertThat(ended.status().detail()).contains("dimm-1");
    assertThat(api().definition(WEB).json()).contains("\"memory\":\"320MiB\"");
  }

  @Test
  void noGuestIsWaitedForWhileADimmComes() throws Exception {
    FakeQemu qemu = machines.of("web").monitor();
    qemu.hold("device_add");
    Job job = setMemory(192);
    qemu.awaitReceived("device_add", 1, TestHost.PATIENCE);
    assertThat(api().job(job.id()).status().phase()).isEqualTo("changing");

    qemu.release("device_add");

    assertThat(ended(job).status().phase()).isEqualTo("done");
  }

  @Test
  void aDimmThatWasPluggedInByHandIsNotCounted() {
    backplane().plugDimm("dimm-mine", 128L << 20);

    assertThat(ended(setMemory(192)).status().phase()).isEqualTo("done");
    assertThat(backplane().dimms()).containsOnlyKeys("dimm-0", "dimm-mine");

    assertThat(ended(setMemory(64)).status().phase()).isEqualTo("done");
    assertThat(backplane().dimms()).containsOnlyKeys("dimm-mine");
  }

  @Test
  void whatAGuestLetGoWhileNobodyLookedIsFoundOut() {
    ended(setMemory(192));
    backplane().holdOn();
    Job job = setMemory(64);
    eventually(() -> assertThat(api().job(job.id()).status().detail()).isNotEmpty());
    FakeBackplane backplane = backplane();
    host.close();
    backplane.letGo();

    reopen();

    assertThat(ended(job).status().phase()).isEqualTo("done");
    assertThat(Dimms.of(launch(), Dimms.TAKEN)).isEmpty();
    eventually(() -> assertThat(backplane.sources()).isEmpty());
    assertThat(api().definition(WEB).json()).contains("\"memory\":\"64MiB\"");
  }

  @Test
  void aDimmThatGoesAfterItsJobWasCancelledIsOffTheRecord() {
    ended(setMemory(192));
    backplane().holdOn();
    Job job = setMemory(64);
    eventually(() -> assertThat(api().job(job.id()).status().detail()).isNotEmpty());
    api().cancelJob(job.id());

    backplane().letGo();

    eventually(() -> assertThat(Dimms.of(launch(), Dimms.TAKEN)).isEmpty());
    eventually(() -> assertThat(backplane().sources()).isEmpty());
    assertThat(api().definition(WEB).json()).contains("\"memory\":\"192MiB\"");
  }

  @Test
  void whatQemuRefusesFailsAndLeavesNothing() {
    machines.of("web").monitor().refuse("device_add", "GenericError", "no slot");

    Job ended = ended(setMemory(192));

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("no slot");
    eventually(() -> assertThat(backplane().sources()).isEmpty());
    assertThat(Dimms.of(launch(), Dimms.TAKEN)).isEmpty();
  }

  @Test
  void theNextHostKnowsTheDimmsOfTheMachine() {
    ended(setMemory(320));

    reopen();
    host.await("web", DomainState.RUNNING);

    assertThat(Dimms.of(launch(), Dimms.TAKEN))
        .extracting(DeviceRecord::id)
        .containsExactly("dimm-0");
    assertThat(ended(setMemory(64)).status().phase()).isEqualTo("done");
  }

  @Test
  void theBalloonTakesOfWhatTheMachineWasStartedWithWhateverCameByDimms() {
    ended(setMemory(320));

    assertThat(ended(setBalloon(32)).status().phase()).isEqualTo("done");
    assertThat(machines.of("web").memory().balloon()).isEqualTo(32 << 20);

    assertThat(ended(setBalloon(64)).status().phase()).isEqualTo("done");
    assertThat(machines.of("web").memory().balloon()).isEqualTo(64 << 20);
  }

  private Job setBalloon(int mebibytes) {
    return api()
        .setBalloon(
            WEB,
            ByteSize.mebibytes(mebibytes),
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job setMemory(int mebibytes) {
    return api()
        .setMemory(
            WEB,
            ByteSize.mebibytes(mebibytes),
            EditScope.BOTH,
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private LaunchRecord launch() {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }

  private FakeBackplane backplane() {
    return machines.of("web").backplane();
  }
}
