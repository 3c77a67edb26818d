package dev.berth.qapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.chardev.ChardevAdd;
import dev.berth.qapi.chardev.ChardevBackend;
import dev.berth.qapi.chardev.ChardevCommon;
import dev.berth.qapi.chardev.ChardevInfo;
import dev.berth.qapi.chardev.ChardevRemove;
import dev.berth.qapi.chardev.QueryChardev;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qapi.machine.QueryCpusFast;
import dev.berth.qapi.machine.QueryMachines;
import dev.berth.qapi.machine.QueryTarget;
import dev.berth.qapi.machine.SysEmuTarget;
import dev.berth.qapi.qdev.DeviceDel;
import dev.berth.qapi.qom.ObjectAdd;
import dev.berth.qapi.qom.ObjectDel;
import dev.berth.qapi.qom.ObjectOptions;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qapi.runstate.RunState;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names are checked against what QEMU says of itself, because nothing else would notice a typo. */
@ExtendWith(LeakCheck.class)
final class QapiSchemaTest {
  private final Deadline deadline = Deadline.of(Duration.ofMinutes(5));

  @TempDir Path directory;
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);

  @AfterEach
  void close() {
    loop.close();
    callbacks.shutdown();
  }

  @Test
  void theInstalledQemuKnowsEveryCommandAndReadsAsExpected() throws Exception {
    check(TestQemu.installed());
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void everySupportedQemuKnowsEveryCommandAndReadsAsExpected(TestQemu qemu) throws Exception {
    check(qemu);
  }

  private void check(TestQemu qemu) throws Exception {
    Path socket = directory.resolve("qmp");
    Process process =
        new ProcessBuilder(
                qemu.emulator().toString(),
                "-M",
                "q35",
                "-S",
                "-nodefaults",
                "-display",
                "none",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("stderr").toFile())
            .start();
    try {
      QmpConnection connection =
          loop.connect(socket, Duration.ofSeconds(60), process.onExit(), event -> {}).get();
      boolean before60 = connection.greeting().major() < 6;
      checkNames(connection.execute(new QueryQmpSchema(), deadline), before60);
      checkReplies(connection, before60);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static void checkNames(JsonNode schema, boolean before60) {
    Map<String, JsonNode> entities = new HashMap<>();
    schema.forEach(entity -> entities.put(Json.text(entity, "name"), entity));
    for (QmpCommand<?> command : QapiCommands.ALL) {
      if (before60 && QapiCommands.SINCE_6_0.contains(command.command())) {
        continue;
      }
      JsonNode entity = entities.get(command.command());
      assertThat(entity).as(command.command()).isNotNull();
      JsonNode arguments = entities.get(Json.text(entity, "arg-type"));
      Set<String> known = new HashSet<>();
      arguments.path("members").forEach(member -> known.add(Json.text(member, "name")));
      assertThat(known).as("arguments of %s", command.command()).containsAll(names(command));
    }
  }

  private static Set<String> names(QmpCommand<?> command) {
    Set<String> names = new HashSet<>();
    command.arguments().fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void checkReplies(QmpConnection connection, boolean before60)
      throws InterruptedException {
    for (QmpCommand<?> command : QapiCommands.ALL) {
      boolean asks = command.command().startsWith("query-");
      if (asks && !(before60 && QapiCommands.SINCE_6_0.contains(command.command()))) {
        assertThat(connection.execute(command, deadline)).as(command.command()).isNotNull();
      }
    }
    assertThat(connection.execute(new QueryStatus(), deadline).status())
        .isEqualTo(RunState.PRELAUNCH);
    assertThat(connection.execute(new QueryTarget(), deadline).arch())
        .isEqualTo(SysEmuTarget.X86_64);
    assertThat(connection.execute(new QueryCpusFast(), deadline)).hasSize(1);
    assertThat(connection.execute(new QueryMachines(), deadline))
        .anySatisfy(machine -> assertThat(machine.alias()).contains("q35"));
    addAndRemove(connection);
  }

  private void addAndRemove(QmpConnection connection) throws InterruptedException {
    connection.execute(
        new BlockdevAdd(BlockdevOptions.NullCo.builder().nodeName("n").build()), deadline);
    assertThat(connection.execute(new QueryNamedBlockNodes(), deadline)).hasSize(1);
    connection.execute(new BlockdevDel("n"), deadline);

    connection.execute(new ObjectAdd(new ObjectOptions.RngBuiltin("rng")), deadline);
    connection.execute(new ObjectDel("rng"), deadline);

    connection.execute(
        new ChardevAdd("char", new ChardevBackend.Null(new ChardevCommon())), deadline);
    assertThat(connection.execute(new QueryChardev(), deadline))
        .extracting(ChardevInfo::label)
        .contains("char");
    connection.execute(new ChardevRemove("char"), deadline);

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> connection.execute(new DeviceDel("none"), deadline))
        .satisfies(e -> assertThat(e.errorClass()).isEqualTo("DeviceNotFound"));
  }
}
