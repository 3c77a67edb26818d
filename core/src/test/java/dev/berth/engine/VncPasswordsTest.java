package dev.berth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.EventTypes;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.VerbResult;
import dev.berth.host.VncPassword;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What QEMU is told of a VNC password, in which order. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class VncPasswordsTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\nvideo: vga\nvnc-password: true\n";

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
  void noPasswordIsGoodForAsLongAsTheOneBeforeIt() throws Exception {
    FakeQemu monitor = machines.of("web").monitor();
    monitor.hold("set_password");
    CompletableFuture<VerbResult> setting =
        TestHost.async(() -> set("brief", Duration.ofMinutes(1)));

    monitor.awaitReceived("expire_password", 2, TestHost.PATIENCE);

    assertThat(asked()).containsExactly("now", "brief", "+60");
    assertThat(setting).isNotDone();
    monitor.release("set_password");
    assertThat(setting.join().effect()).isEqualTo(VerbResult.Effect.CHANGED);
  }

  @Test
  void whoSetsItIsOnRecordBeforeQemuIsTold() throws Exception {
    machines.of("web").monitor().refuse("set_password", "GenericError", "Could not set password");
    long before = host.api().eventRange().newest();

    assertThatThrownBy(() -> set("brief", Duration.ofMinutes(1)))
        .isInstanceOf(QemuRefusedException.class);

    try (EventStream events = host.api().events(before)) {
      assertThat(events.next(TestHost.PATIENCE).orElseThrow().type())
          .isEqualTo(EventTypes.ADJUSTED);
    }
  }

  private VerbResult set(String password, Duration lifetime) {
    return host.api()
        .setVncPassword(
            WEB,
            VncPassword.of(password.getBytes(UTF_8)).expiringIn(lifetime),
            CallOptions.within(TestHost.PATIENCE));
  }

  /** What QEMU was told of passwords, in its order. */
  private List<String> asked() {
    return machines.of("web").monitor().received().stream()
        .filter(it -> it.command().endsWith("_password"))
        .map(it -> it.arguments().path(it.command().startsWith("set") ? "password" : "time"))
        .map(each -> each.asText())
        .toList();
  }
}
