package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.qemu.QmpFeed;
import dev.berth.host.CallOptions;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.machine.Machine;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpRecorder;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.StoredLaunch;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Machines that an earlier version has started. */
final class UpgradeTest extends EngineFixture {
  /** A definition as the first version stored it: without the keys that came later. */
  private static final String DEFINITION =
      "{\"name\":\"web\",\"cpus\":1,\"memory\":\"64MiB\",\"machine\":\"q35\",\"boot\":{\"firmware\":\"bios\"}}";

  @Test
  void aMachineOfTheVersionBeforeIsAdoptedAndObeys() throws Exception {
    String document = launchOfVersion1();
    LaunchRecord launch = new LaunchRecordCodec().read(document);
    Machine machine =
        launcher()
            .launch(
                launch,
                HeldResources.none(),
                () -> {},
                new QemuNews(QmpRecorder.NONE, new QmpFeed()),
                Deadline.of(TestHost.PATIENCE));
    machines.of("web").runState("running");
    machine.qmp().close();
    memory
        .commit(
            new Commit(
                List.of(
                    new Change.PutDomain(domain(launch)),
                    new Change.PutLaunch(
                        new StoredLaunch(
                            launch.subject().domain(), launch.incarnation(), document))),
                List.of()))
        .get(20, TimeUnit.SECONDS);

    reopen();

    host.await("web", DomainState.RUNNING);
    assertThat(web().machine().orElseThrow().incarnation()).isEqualTo(launch.incarnation());
    assertThat(web().status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(web().definition().pending()).isFalse();
    assertThat(api().pause(WEB, CallOptions.within(TestHost.PATIENCE)).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
    host.destroy("web");
    assertThat(memory.contents().launches()).isEmpty();
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  /** As that version wrote it, but for the directories and the name. */
  private String launchOfVersion1() throws Exception {
    try (var fixture =
        LaunchRecordCodec.class.getResourceAsStream("launch-record-of-version-1.json")) {
      return new String(fixture.readAllBytes(), StandardCharsets.UTF_8)
          .replace("/run/berth/2a7f889c/", directory + "/run/")
          .replace("/var/log/berth/", directory + "/log/")
          .replace("\"name\":\"web-1\"", "\"name\":\"web\"");
    }
  }

  private static DomainRecord domain(LaunchRecord launch) {
    return new DomainRecord(
        launch.subject().domain(),
        new DomainName("web"),
        10_005,
        1,
        DEFINITION,
        DomainStatus.of(
            DomainState.RUNNING, StateReason.BOOTED, Instant.parse("2026-11-20T10:00:00Z")));
  }
}
