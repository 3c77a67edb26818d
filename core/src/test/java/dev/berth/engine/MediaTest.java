package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.engine.device.DiskBackend;
import dev.berth.engine.thread.Timers;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.VerbResult;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.DeviceSetting;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeDrives;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A medium that a guest holds, or QEMU refuses. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MediaTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final Path MEDIUM = Path.of("/images/other.iso");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\ndisks:\n"
          + "- {name: cd, device: cdrom, file: /images/first.iso, format: raw}\n";

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
  void aGuestThatHoldsTheMediumIsAskedAndLetsGo() {
    drives().hold(drive());
    CompletableFuture<VerbResult> ejecting = TestHost.async(() -> eject(Ejection.ASKED));
    eventually(() -> assertThat(drives().isAsked(drive())).isTrue());
    assertThatThrownBy(() -> insert(MEDIUM)).isInstanceOf(BusyException.class);

    drives().letGo(drive());

    assertThat(ejecting.join().effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(drives().medium(drive())).isEmpty();
    assertThat(drive().nodes()).isEmpty();
    assertThat(machines.of("web").backplane().nodes()).isEmpty();
  }

  @Test
  void aGuestThatDoesNotLetGoKeepsTheMedium() {
    drives().hold(drive());
    assertThatThrownBy(() -> ejecting(Duration.ofMillis(1)).join())
        .hasCauseInstanceOf(InvalidStateException.class)
        .hasMessageContaining("by force");

    assertThat(drives().medium(drive())).contains("cd-format");
    assertThat(host.api().definition(WEB).json()).contains("first.iso");
    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.domain("web").operation()).isEmpty();
    eject(Ejection.FORCED);
    assertThat(drives().medium(drive())).isEmpty();
  }

  @Test
  void aGuestThatThinksForLongHoldsNoThreadAndIsHeardAfterwards() throws Exception {
    drives().hold(drive());
    CompletableFuture<VerbResult> ejecting = ejecting(Duration.ofDays(1));
    eventually(() -> assertThat(drives().isAsked(drive())).isTrue());

    assertThat(host.engine().host().operations().awaitIdle(TestHost.PATIENCE)).isTrue();

    drives().letGo(drive());
    assertThat(ejecting.join().effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(drives().medium(drive())).isEmpty();
  }

  @Test
  void whatStaysInADriveIsInAClosedTray() {
    machines.of("web").monitor().refuse("blockdev-remove-medium", "GenericError", "Not now");

    assertThatThrownBy(() -> eject(Ejection.FORCED)).isInstanceOf(QemuRefusedException.class);

    assertThat(drives().medium(drive())).contains("cd-format");
    assertThat(drives().isOpen(drive())).isFalse();
  }

  @Test
  void whatQemuRefusesIsFreedAndTheDriveStaysEmpty() {
    eject(Ejection.ASKED);
    machines.of("web").monitor().refuse(MediumPlan.INSERT, "GenericError", "The drive is broken");

    assertThatThrownBy(() -> insert(MEDIUM))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("broken");

    assertThat(drive().nodes()).isEmpty();
    assertThat(machines.of("web").backplane().nodes()).isEmpty();
    assertThat(host.api().definition(WEB).json()).doesNotContain("other.iso");
    assertThat(store.contents().intents()).isEmpty();
  }

  @Test
  void whatCannotBeFreedYetMakesNothingBusy() {
    machines.of("web").backplane().keepNodesInUse(5);

    assertThat(eject(Ejection.FORCED).effect()).isEqualTo(VerbResult.Effect.CHANGED);

    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.domain("web").operation()).isEmpty();
    assertThat(drive().nodes()).isEmpty();
    eventually(() -> assertThat(machines.of("web").backplane().nodes()).isEmpty());
    insert(MEDIUM);
    assertThat(drives().medium(drive())).contains("cd-format");
  }

  @Test
  void aMediumThatQemuDoesNotLimitAsItsDriveIsComesOutAgain() {
    eject(Ejection.ASKED);
    Throttle limits =
        new Throttle(Rates.ofTotal(Rate.of(1 << 20)), Rates.UNLIMITED, Optional.empty());
    host.api().setThrottle(WEB, "cd", limits, EditScope.CONFIG, CallOptions.none());
    machines.of("web").monitor().refuse(DiskThrottle.COMMAND, "GenericError", "Too slow");

    assertThatThrownBy(() -> insert(MEDIUM))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Too slow");

    assertThat(drives().medium(drive())).isEmpty();
    assertThat(drive().nodes()).isEmpty();
    assertThat(machines.of("web").backplane().nodes()).isEmpty();
    assertThat(host.api().definition(WEB).json()).doesNotContain("other.iso");
  }

  @Test
  void theRecordSaysWhatIsInTheDriveNow() {
    eject(Ejection.ASKED);
    assertThat(launch().assembly()).noneMatch(this::isOfMedium);

    insert(MEDIUM);
    eject(Ejection.ASKED);
    insert(MEDIUM);

    assertThat(launch().assembly()).filteredOn(this::isOfMedium).hasSize(3);
    assertThat(drive().nodes()).containsExactly("cd-format", "cd-file");
  }

  private boolean isOfMedium(AssemblyStep step) {
    return DeviceSetting.isOf(step, drive().id());
  }

  @Test
  void aDestroyWhileAGuestHoldsTheMediumGoesThrough() {
    drives().hold(drive());
    CompletableFuture<VerbResult> ejecting = TestHost.async(() -> eject(Ejection.ASKED));
    FakeDrives held = drives();
    DeviceRecord drive = drive();
    eventually(() -> assertThat(held.isAsked(drive)).isTrue());

    host.destroy("web");

    assertThatThrownBy(ejecting::join).hasMessageContaining("");
    eventually(() -> assertThat(host.domain("web").operation()).isEmpty());
    assertThat(store.contents().intents()).isEmpty();
    host.start("web");
    assertThat(drives().medium(drive())).contains("cd-format");
  }

  private CompletableFuture<VerbResult> ejecting(Duration patience) {
    Optional<Timers> timers = Optional.of(host.engine().host().timers());
    return host.engine()
        .domains()
        .get(WEB)
        .adjust(
            new EjectAdjustment("cd", Ejection.ASKED, patience, timers),
            EditScope.BOTH,
            "test",
            true);
  }

  private VerbResult eject(Ejection ejection) {
    return host.api()
        .ejectMedium(WEB, "cd", ejection, EditScope.BOTH, CallOptions.within(TestHost.PATIENCE));
  }

  private VerbResult insert(Path medium) {
    return host.api()
        .insertMedium(WEB, "cd", medium, EditScope.BOTH, CallOptions.within(TestHost.PATIENCE));
  }

  private FakeDrives drives() {
    return machines.of("web").settings().drives();
  }

  private DeviceRecord drive() {
    return DiskBackend.device(launch(), "cd");
  }

  private LaunchRecord launch() {
    return host.engine().domains().get(WEB).launch().orElseThrow();
  }
}
