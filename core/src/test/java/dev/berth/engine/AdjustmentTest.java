package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.engine.device.DiskBackend;
import dev.berth.error.BusyException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.host.VerbResult;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.DeviceSetting;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.NicLink;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a machine has, and QEMU sets another way, refuses to, or is silent about. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class AdjustmentTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\nnics: [{name: lan}]\ndisks:\n"
          + "- {name: root, file: /images/root.raw, format: raw}\n"
          + "- {name: data, file: /images/data.raw, format: raw}\n";

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
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
  void theRecordSaysWhatTheMachineHasNow() {
    throttle("data", 100);
    throttle("data", 200);
    link(LinkState.DOWN);

    assertThat(settings()).hasSize(2);
    assertThat(settings().toString()).contains("\"iops\":200").doesNotContain("\"iops\":100");

    link(LinkState.UP);
    host.api().setThrottle(WEB, "data", Throttle.NONE, EditScope.BOTH, CallOptions.none());
    assertThat(settings()).isEmpty();
  }

  @Test
  void latenciesAreCountedOnRecordAndInQemu() {
    host.api()
        .setLatencyHistogram(WEB, "data", LatencyBounds.USUAL, EditScope.BOTH, CallOptions.none());
    assertThat(settings()).hasSize(1);
    assertThat(counted("data").size()).isEqualTo(LatencyBounds.USUAL.bounds().size());
    assertThat(counted("data").get(0).asLong()).isEqualTo(50_000);

    host.api()
        .setLatencyHistogram(WEB, "data", LatencyBounds.NONE, EditScope.BOTH, CallOptions.none());
    assertThat(settings()).isEmpty();
    assertThat(counted("data").isMissingNode()).isTrue();
  }

  private JsonNode counted(String disk) {
    LaunchRecord launch = host.engine().domains().get(WEB).launch().orElseThrow();
    return machine().settings().latencies(DiskBackend.device(launch, disk));
  }

  @Test
  void limitsGoWithTheirDisk() {
    throttle("data", 100);

    host.api()
        .awaitJob(
            host.api()
                .detachDisk(WEB, "data", EditScope.BOTH, JobOptions.none(), CallOptions.none())
                .id(),
            TestHost.PATIENCE);

    assertThat(settings()).isEmpty();
  }

  @Test
  void whatQemuRefusesChangesNothing() {
    machine().monitor().refuse(DiskThrottle.COMMAND, "GenericError", "bps and iops are unhappy");
    String before = host.api().definition(WEB).json();

    assertThatThrownBy(() -> throttle("data", 100))
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("unhappy");

    assertThat(host.api().definition(WEB).json()).isEqualTo(before);
    assertThat(settings()).isEmpty();
    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.domain("web").operation()).isEmpty();
  }

  @Test
  void whileOneIsUnderWayOthersAreBusy() {
    machine().monitor().hold("block_resize");
    var resizing =
        TestHost.async(
            () ->
                host.api()
                    .resizeDisk(
                        WEB, "data", ByteSize.mebibytes(8), Shrinking.REFUSED, CallOptions.none()));
    eventually(() -> assertThat(store.contents().intents()).hasSize(1));

    assertThatThrownBy(() -> throttle("data", 100)).isInstanceOf(BusyException.class);

    machine().monitor().release("block_resize");
    assertThat(resizing.join().effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(machine().settings().size("data-format")).isEqualTo(8 << 20);
    assertThat(store.contents().intents()).isEmpty();
  }

  @Test
  void aDestroyWhileAnAnswerIsOutstandingGoesThrough() {
    machine().monitor().hold(DiskThrottle.COMMAND);
    var throttling = TestHost.async(() -> throttle("data", 100));
    eventually(() -> assertThat(store.contents().intents()).hasSize(1));

    host.destroy("web");

    assertThatThrownBy(throttling::join).hasMessageContaining("");
    eventually(() -> assertThat(host.domain("web").operation()).isEmpty());
    assertThat(store.contents().intents()).isEmpty();
    host.start("web");
  }

  private VerbResult throttle(String disk, long operations) {
    Throttle limits =
        new Throttle(Rates.UNLIMITED, Rates.ofTotal(Rate.of(operations)), Optional.empty());
    return host.api().setThrottle(WEB, disk, limits, EditScope.BOTH, CallOptions.none());
  }

  private void link(LinkState link) {
    host.api().setLink(WEB, "lan", link, EditScope.BOTH, CallOptions.none());
    assertThat(machine().settings().isUp("nic-lan")).isEqualTo(link == LinkState.UP);
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  /** The steps on record that set something. */
  private List<AssemblyStep> settings() {
    LaunchRecord launch = host.engine().domains().get(WEB).launch().orElseThrow();
    assertThat(NicLink.find(launch, "lan")).isPresent();
    return launch.assembly().stream()
        .filter(
            step ->
                launch.devices().stream().anyMatch(device -> DeviceSetting.isOf(step, device.id())))
        .toList();
  }
}
