package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import org.junit.jupiter.api.Test;

/**
 * How much domains have: virtual CPUs, memory. Paused guests take nothing and let go of nothing.
 * What holds for jobs of each kind is in {@link DiskContract}.
 */
public interface SizingContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void cpusComeAtOnceAndTheDefinitionFollows() throws Exception {
    webHasCpus("cpus: 2, max-cpus: 4");
    rig().start(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();

    Job ended = rig().ended(setCpus(4, EditScope.BOTH, JobOptions.none()));

    assertThat(ended.target().kind()).isEqualTo(JobKind.SET_CPUS);
    assertThat(ended.target().subject()).isEqualTo("4");
    assertThat(ended.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended.status().phase()).isEqualTo("done");
    assertThat(rig().host().definition(WEB).json()).contains("\"cpus\":4");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.JobStarted(ended.id().text(), "set-cpus", "4"),
            new EventBody.Redefined(2),
            new EventBody.JobEnded(ended.id().text(), "set-cpus", "4", "succeeded", "done", ""));
  }

  /** It has not run at all, so that QEMU cannot even ask it. */
  @Test
  default void aPausedGuestLetsNoCpuGoAndTheJobIsInTheWay() {
    webHasCpus("cpus: 4, max-cpus: 4");
    rig().start(StartMode.PAUSED);

    Job job = setCpus(3, EditScope.BOTH, JobOptions.none());

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> setCpus(2, EditScope.LIVE, JobOptions.none()))
        .withMessageContaining(job.id().text());
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(rig().host().definition(WEB).json()).contains("\"cpus\":4");
  }

  @Test
  default void moreCpusThanTheMachineHasRoomForNeedABoot() {
    webHasCpus("cpus: 2, max-cpus: 4");
    rig().start(StartMode.PAUSED);

    for (EditScope scope : new EditScope[] {EditScope.LIVE, EditScope.BOTH}) {
      assertThatExceptionOfType(InvalidStateException.class)
          .isThrownBy(() -> setCpus(5, scope, JobOptions.none()))
          .withMessageContaining("max-cpus")
          .withMessageContaining("next boot");
    }
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> setCpus(5, EditScope.CONFIG, JobOptions.none()))
        .withMessageContaining("max-cpus: 5");
    assertThat(rig().host().jobs()).isEmpty();
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void aMachineWithoutRoomForCpusKeepsThoseItHas() {
    webHasCpus("cpus: 2");
    rig().start(StartMode.PAUSED);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> setCpus(1, EditScope.BOTH, JobOptions.none()))
        .withMessageContaining("max-cpus")
        .withMessageContaining("next boot");

    rig().ended(setCpus(1, EditScope.CONFIG, JobOptions.none()));
    assertThat(rig().host().domain(WEB).definition().pending()).isTrue();
  }

  @Test
  default void aDimmComesAtOnceAndGoesWhenTheGuestLetsIt() {
    rig().webHas("memory: 64MiB, max-memory: 320MiB, memory-device: dimm");
    rig().start(StartMode.PAUSED);

    Job more = rig().ended(rig().setMemory(192, EditScope.BOTH));

    assertThat(more.status().phase()).isEqualTo("done");
    assertThat(rig().host().definition(WEB).json()).contains("\"memory\":\"192MiB\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().errorOf(host -> rig().setMemory(256, EditScope.LIVE)))
        .isEqualTo(InvalidRequestException.class);
    assertThat(rig().errorOf(host -> rig().setMemory(448, EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
    Job less = rig().setMemory(64, EditScope.BOTH);
    assertThat(less.status().state()).isEqualTo(JobState.RUNNING);
    rig().host().cancelJob(less.id());
  }

  @Test
  default void withoutAMachineTheDefinitionHasAnotherNumber() {
    webHasCpus("cpus: 2");

    Job job = setCpus(3, EditScope.BOTH, JobOptions.once("k1"));

    assertThat(job.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(rig().host().definition(WEB).json()).contains("\"cpus\":3");
    assertThat(setCpus(3, EditScope.BOTH, JobOptions.once("k1"))).isEqualTo(job);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.setCpus(
                            WEB, 4, EditScope.BOTH, JobOptions.once("k1"), CallOptions.none())))
        .isEqualTo(ConflictException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.setCpus(
                            WEB, 3, EditScope.LIVE, JobOptions.none(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  default void thereIsNoDomainWithoutCpus() {
    webHasCpus("cpus: 2");

    for (int cpus : new int[] {-1, 0, 513}) {
      assertThat(
              rig()
                  .errorOf(
                      host ->
                          host.setCpus(
                              WEB, cpus, EditScope.BOTH, JobOptions.none(), CallOptions.none())))
          .isEqualTo(InvalidRequestException.class);
    }
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.setCpus(
                            NONE, 1, EditScope.BOTH, JobOptions.none(), CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void aPausedGuestTakesNoMemoryAndTheJobIsInTheWay() {
    rig().webHas("memory: 64MiB, max-memory: 256MiB");
    rig().start(StartMode.PAUSED);

    Job job = rig().setMemory(192, EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> rig().setMemory(128, EditScope.LIVE))
        .withMessageContaining(job.id().text());
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  default void memoryThatTheMachineHasNoRoomForNeedsABoot() {
    rig().webHas("memory: 64MiB, max-memory: 256MiB");
    rig().start(StartMode.PAUSED);

    for (int mebibytes : new int[] {32, 258}) {
      assertThatExceptionOfType(InvalidStateException.class)
          .isThrownBy(() -> rig().setMemory(mebibytes, EditScope.BOTH))
          .withMessageContaining("next boot");
    }
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> rig().setMemory(258, EditScope.CONFIG))
        .withMessageContaining("max-memory: 258MiB");
    assertThat(rig().host().jobs()).isEmpty();

    assertThat(rig().ended(rig().setMemory(32, EditScope.CONFIG)).status().phase())
        .isEqualTo("done");
    assertThat(rig().host().domain(WEB).definition().pending()).isTrue();
  }

  @Test
  default void aPausedGuestDoesNotFollowItsBalloon() {
    rig().webHas("memory: 64MiB");
    rig().start(StartMode.PAUSED);

    Job job = rig().setBalloon(32);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(rig().errorOf(host -> rig().setBalloon(48))).isEqualTo(BusyException.class);
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  default void aMachineWithoutABalloonIsTold() {
    rig().webHas("memory: 64MiB, balloon: false");
    rig().start(StartMode.PAUSED);

    assertThat(rig().errorOf(host -> rig().setBalloon(32))).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> rig().setMemory(128, EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
  }

  private void webHasCpus(String keys) {
    rig().webHas("memory: 64MiB, " + keys);
  }

  private Job setCpus(int cpus, EditScope scope, JobOptions options) {
    return rig().host().setCpus(WEB, cpus, scope, options, CallOptions.within(HostRig.PATIENCE));
  }
}
