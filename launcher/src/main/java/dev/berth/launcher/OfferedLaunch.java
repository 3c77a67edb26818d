package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.SpawningForms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether the record of another host's machine has only in it what records have: it is run here, as
 * this host's user. Pure.
 */
final class OfferedLaunch {
  private static final Set<String> FLAGS =
      Set.of("-S", "-no-user-config", "-nodefaults", "-no-shutdown");

  /** Options with a value, besides those that have but one that is right. */
  private static final Set<String> OPTIONS =
      Set.of(
          "-accel",
          "-action",
          "-add-fd",
          "-append",
          "-blockdev",
          "-boot",
          "-cpu",
          "-device",
          "-global",
          "-initrd",
          "-kernel",
          "-m",
          "-machine",
          "-msg",
          "-name",
          "-object",
          "-smp",
          "-uuid");

  private static final Set<String> COMMANDS =
      Set.of(
          "block-latency-histogram-set",
          "block_set_io_throttle",
          "blockdev-add",
          "blockdev-close-tray",
          "blockdev-insert-medium",
          "blockdev-open-tray",
          "chardev-add",
          "device_add",
          "netdev_add",
          "object-add",
          "set_link",
          "watchdog-set-action");

  private OfferedLaunch() {}

  /** What is wrong with it, each that is. */
  static List<String> obstacles(LaunchRecord source, QemuCapabilities here) {
    List<String> obstacles = new ArrayList<>();
    words(source, sandbox(here), obstacles);
    for (AssemblyStep step : source.assembly()) {
      if (step instanceof Execute execute) {
        command(source.files(), execute, obstacles);
      } else if (step instanceof PassVhost vhost && !vhost.device().equals(VhostNet.DEVICE)) {
        obstacles.add("'" + vhost.device() + "' is not the kernel's vhost-net");
      }
    }
    return obstacles;
  }

  /** Empty when QEMU here has none. */
  static List<String> sandbox(QemuCapabilities here) {
    MachineDraft draft = new MachineDraft();
    LaunchPlanner.sandbox(draft, here);
    return draft.argv();
  }

  private static void words(LaunchRecord source, List<String> sandbox, List<String> obstacles) {
    List<String> argv = source.argv();
    List<String> sandboxes = new ArrayList<>();
    for (int i = 1; i < argv.size(); i++) {
      String word = argv.get(i);
      if (FLAGS.contains(word)) {
        continue;
      }
      String value = ++i < argv.size() ? argv.get(i) : "";
      if (word.equals("-sandbox")) {
        sandboxes.addAll(List.of(word, value));
      } else if (!OPTIONS.contains(word) && !isRight(source.files(), word, value)) {
        obstacles.add("QEMU would be started with '" + word + " " + value + "'");
      }
    }
    if (!sandboxes.equals(sandbox)) {
      obstacles.add("QEMU would not be started in this host's sandbox");
    }
  }

  /** Those that say where the machine's own files are. */
  private static boolean isRight(MachineFiles files, String option, String value) {
    return switch (option) {
      case "-display" -> value.equals("none");
      case "-incoming" -> value.equals("defer");
      case "-pidfile" -> value.equals(files.pidFile().toString());
      case "-qmp" -> value.equals("chardev:qmp");
      case "-vnc" -> vnc(files).contains(value);
      case "-chardev" -> isSocket(files, value);
      default -> false;
    };
  }

  private static Set<String> vnc(MachineFiles files) {
    OptionText open = OptionText.of("unix:" + files.vncSocket());
    return Set.of(open.toString(), open.with("password", "on").toString());
  }

  /** What listens in the machine's own directory; the first console has a log. */
  private static boolean isSocket(MachineFiles files, String value) {
    OptionText console = OptionText.socket("console", files.consoleSocket());
    if (value.equals(
        console.with("logfile", files.consoleLog()).with("logappend", "on").toString())) {
      return true;
    }
    String[] parts = value.split(",", 3);
    if (parts.length < 3 || !parts[1].startsWith("id=")) {
      return false;
    }
    String id = parts[1].substring("id=".length());
    return !id.contains("/")
        && value.equals(OptionText.socket(id, files.runDirectory().resolve(id)).toString());
  }

  private static void command(MachineFiles files, Execute step, List<String> obstacles) {
    String command = step.command();
    if (!COMMANDS.contains(command)) {
      obstacles.add("QEMU would be told to '" + command + "'");
    }
    SpawningForms.in(command, step.arguments())
        .ifPresent(program -> obstacles.add("QEMU would start " + program));
    if (command.equals("chardev-add") && !isSocket(files, step.arguments().path("backend"))) {
      obstacles.add("QEMU would have a port that is no socket of the machine");
    }
  }

  private static boolean isSocket(MachineFiles files, JsonNode backend) {
    JsonNode address = backend.path("data").path("addr");
    Path path = Path.of(address.path("data").path("path").asText());
    return backend.path("type").asText().equals("socket")
        && address.path("type").asText().equals("unix")
        && files.runDirectory().equals(path.getParent())
        && !backend.path("data").has("logfile");
  }
}
