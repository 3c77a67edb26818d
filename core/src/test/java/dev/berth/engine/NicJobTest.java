package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.NicSummary;
import dev.berth.job.Job;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeBackplane;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Network interfaces of machines: an interface goes first, then its netdev. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class NicJobTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomainWithAnInterface() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.api()
        .define(
            TestHost.document("name: web\nmemory: 64MiB\nnics:\n- {name: lan}\n"),
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
  void anInterfaceThatTheGuestLetsGoLeavesNoNetdevBehind() {
    attach("more");
    assertThat(backplane().netdevs()).containsExactlyInAnyOrder("net-lan", "net-more");

    assertThat(ended(detach("more")).status().phase()).isEqualTo("removed");
    assertThat(ended(detach("lan")).status().phase()).isEqualTo("removed");

    assertThat(backplane().netdevs()).isEmpty();
    assertThat(host.api().nics(WEB)).isEmpty();
    assertThat(host.domain("web").definition().pending()).isFalse();
  }

  @Test
  void aGuestThatRefusesKeepsItsInterface() {
    backplane().holdOn();
    Job job = detach("lan");
    eventually(() -> assertThat(host.api().job(job.id()).status().detail()).isNotEmpty());

    backplane().refuse("nic-lan");

    assertThat(ended(job).status().phase()).isEqualTo("refused-by-guest");
    assertThat(backplane().netdevs()).containsExactly("net-lan");
    assertThat(host.api().nics(WEB)).extracting(NicSummary::scope).containsExactly(EditScope.BOTH);
  }

  @Test
  void aNetdevWhoseInterfaceIsRefusedIsFreed() {
    machines.of("web").monitor().refuse("device_add", "GenericError", "Bus 'port3' is broken");

    assertThatThrownBy(() -> attach("more"))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Bus 'port3' is broken");

    assertThat(backplane().netdevs()).containsExactly("net-lan");
    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.api().nics(WEB)).extracting(NicSummary::name).containsExactly("lan");
  }

  @Test
  void ofTwoWhoAttachAtOnceOneIsToldOfTheOther() {
    machines.of("web").monitor().hold("netdev_add");
    CompletableFuture<?> first = TestHost.async(() -> attach("more"));
    eventually(() -> assertThat(host.domain("web").operation()).isPresent());

    assertThatThrownBy(() -> attach("more"))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("attach nic");

    machines.of("web").monitor().release("netdev_add");
    first.join();
    assertThatThrownBy(() -> attach("more")).isInstanceOf(AlreadyExistsException.class);
  }

  @Test
  void aQemuThatDiesWhileAnInterfaceIsAttachedIsReported() {
    machines.of("web").monitor().hold("netdev_add");
    CompletableFuture<?> attaching = TestHost.async(() -> attach("more"));
    eventually(() -> assertThat(host.domain("web").operation()).isPresent());

    machines.of("web").die(ProcessExit.UNKNOWN);

    assertThatThrownBy(attaching::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(BerthException.class);
    eventually(() -> assertThat(host.domain("web").operation()).isEmpty());
    assertThat(store.contents().intents()).isEmpty();
    assertThat(host.api().definition(WEB).json()).doesNotContain("\"more\"");
  }

  private Object attach(String name) {
    return host.api()
        .attachNic(
            WEB,
            TestHost.document("{name: " + name + "}"),
            EditScope.BOTH,
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job detach(String name) {
    return host.api()
        .detachNic(
            WEB, name, EditScope.BOTH, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private FakeBackplane backplane() {
    return machines.of("web").backplane();
  }
}
