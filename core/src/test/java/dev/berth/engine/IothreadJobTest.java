package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.testing.FakeMachine;
import org.junit.jupiter.api.Test;

/** Threads that serve disks: QEMU lets go of them at once, and no guest is asked. */
final class IothreadJobTest extends EngineFixture {
  private static final String THREAD = "iothread-io1";

  @Test
  void aThreadThatQemuDeletesAfterItsJobWasCancelledIsOffTheRecord() throws Exception {
    api()
        .define(
            TestHost.document("{name: web, memory: 64MiB, iothreads: [io1]}"),
            new DefineCondition.Always());
    host.start("web");
    FakeMachine machine = machines.of("web");
    assertThat(Iothreads.of(launch())).containsExactly("io1");
    machine.monitor().hold("object-del");
    Job job =
        api()
            .detachDevice(
                WEB,
                THREAD,
                EditScope.LIVE,
                JobOptions.none(),
                CallOptions.within(TestHost.PATIENCE));
    machine.monitor().awaitReceived("object-del", 1, TestHost.PATIENCE);
    assertThat(api().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);

    machine.monitor().release("object-del");

    eventually(() -> assertThat(machine.backplane().threads()).isEmpty());
    eventually(() -> assertThat(Iothreads.of(launch())).isEmpty());
    assertThat(api().job(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
  }

  private LaunchRecord launch() {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }
}
