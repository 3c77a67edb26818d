package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Relaunch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other hosts' machines may be made of. */
final class OfferedLaunchTest {
  private static final String VERSION = "7.2.22";

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.berth.launcher.LaunchPlannerTest#plans")
  void whateverIsPlannedIsTaken(String name, String version, DomainDefinition definition) {
    LaunchRecord planned = LaunchPlannerTest.plan(version, definition);

    assertThat(OfferedLaunch.obstacles(planned, Capabilities.of(version))).as(name).isEmpty();
    assertThat(
            OfferedLaunch.obstacles(
                Relaunch.of(planned, "fedcba9876543210fedcba9876543210"), Capabilities.of(version)))
        .as("%s, once it has moved", name)
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-netdev tap,id=n,script=/tmp/x",
        "-chardev file,id=f,path=/tmp/x",
        "-chardev socket,id=x,path=/run/other,server=on,wait=off",
        "-chardev socket,id=x,path=/run/berth/6a2c3b44/01/x,server=on,wait=off,logfile=/tmp/x",
        "-fsdev local,id=f,path=/",
        "-incoming exec:/tmp/x",
        "-pidfile /tmp/x",
        "-qmp tcp:0.0.0.0:4444",
        "-vnc :0",
        "-readconfig /tmp/x",
        "/tmp/disk -S"
      })
  void nothingElseIsStarted(String words) {
    List<String> argv = new ArrayList<>(planned().argv());
    argv.addAll(List.of(words.split(" ")));

    assertThat(obstacles(withWords(argv)))
        .containsExactly("QEMU would be started with '" + words + "'");
  }

  @Test
  void theSandboxIsThisHosts() {
    List<String> none = new ArrayList<>(planned().argv());
    int at = none.indexOf("-sandbox");
    none.subList(at, at + 2).clear();
    List<String> open = new ArrayList<>(planned().argv());
    open.set(at + 1, "on,spawn=allow");
    List<String> twice = new ArrayList<>(planned().argv());
    twice.addAll(List.of("-sandbox", "off"));

    for (List<String> argv : List.of(none, open, twice)) {
      assertThat(obstacles(withWords(argv)))
          .containsExactly("QEMU would not be started in this host's sandbox");
    }
  }

  @Test
  void noCommandStartsAProgramOrOpensWhatIsNotTheMachines() throws IOException {
    assertThat(obstacles(with(step("human-monitor-command", "{'command-line': 'info status'}"))))
        .containsExactly("QEMU would be told to 'human-monitor-command'");
    assertThat(obstacles(with(step("netdev_add", "{'type': 'tap', 'script': '/tmp/x'}"))))
        .singleElement()
        .asString()
        .contains("'script' of a network of type 'tap'");
    assertThat(
            obstacles(
                with(
                    step(
                        "chardev-add",
                        "{'id': 'x', 'backend': {'type': 'file', 'data': {'out': '/tmp/x'}}}"))))
        .containsExactly("QEMU would have a port that is no socket of the machine");
    assertThat(obstacles(with(new PassVhost("v", "lan", Path.of("/etc/shadow")))))
        .containsExactly("'/etc/shadow' is not the kernel's vhost-net");
  }

  private static Execute step(String command, String arguments) throws IOException {
    return new Execute(command, (ObjectNode) Json.readStrictly(arguments.replace('\'', '"')));
  }

  private static List<String> obstacles(LaunchRecord offered) {
    return OfferedLaunch.obstacles(offered, Capabilities.of(VERSION));
  }

  private static LaunchRecord planned() {
    return LaunchPlannerTest.plan(VERSION, Definitions.bare());
  }

  private static LaunchRecord with(AssemblyStep step) {
    return planned().with(List.of(step), planned().devices());
  }

  private static LaunchRecord withWords(List<String> argv) {
    LaunchRecord planned = planned();
    return new LaunchRecord(
        planned.subject(),
        planned.qemu(),
        planned.hardware(),
        argv,
        planned.assembly(),
        planned.devices(),
        planned.files(),
        planned.inherited());
  }
}
