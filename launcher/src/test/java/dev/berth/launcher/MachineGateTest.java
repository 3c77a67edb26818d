package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What does not get as far as QEMU. */
@ExtendWith(LeakCheck.class)
final class MachineGateTest {
  private static final Deadline DEADLINE = Deadline.of(LauncherFixture.LIMIT);

  @TempDir Path home;
  private LauncherFixture host;
  private Machine machine;

  @BeforeEach
  void launch() throws Exception {
    host = LauncherFixture.in(home);
    machine = host.launch(Definitions.bare());
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void whatThisQemuLacksFailsBeforeItIsSent() throws Exception {
    QmpConnection qmp = machine.qmp();
    LauncherFixture.await("the gate knows", () -> !qmp.supports("dance"));

    assertThatThrownBy(() -> qmp.execute(new Any("dance", Json.object()), DEADLINE))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("lacks the command 'dance'");
    assertThat(qmp.send(new Any("stop", Json.object().put("gently", true))))
        .isCompletedExceptionally();
    assertThat(qmp.supports("stop", "gently")).isFalse();
    assertThat(qmp.execute(new QueryStatus(), DEADLINE)).isNotNull();
  }

  @Test
  void whatTheSandboxForbidsIsNotSentBecauseItWouldEndTheGuest() throws Exception {
    ObjectNode bridge = Json.object().put("type", "bridge").put("id", "n");

    ObjectNode exec = Json.object().put("uri", "exec:cat >/dev/null");
    QmpConnection qmp = machine.qmp();

    assertThatThrownBy(() -> qmp.execute(new Any("netdev_add", bridge), DEADLINE))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("its sandbox forbids it");
    assertThatThrownBy(() -> qmp.execute(new Any("migrate", exec), DEADLINE))
        .isInstanceOf(UnsupportedException.class);
    assertThat(qmp.execute(new QueryStatus(), DEADLINE)).isNotNull();
  }

  /** Any command at all. */
  private record Any(String command, ObjectNode arguments) implements QmpCommand<JsonNode> {
    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }
}
