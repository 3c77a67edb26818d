package dev.berth.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.LaunchRecord;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine of a launch record as a script would run it: no store, no undo, no identity, images
 * by path. The same binary and options, hence the same guest-visible machine.
 */
final class BareMachine {
  private final LaunchRecord launch;
  private final List<String> argv;
  private final List<String> assembly;
  private Optional<Process> process = Optional.empty();

  private BareMachine(LaunchRecord launch, List<String> argv, List<String> assembly) {
    this.launch = launch;
    this.argv = argv;
    this.assembly = assembly;
  }

  /** Assembled over QMP as Berth does it, with a reset at the end. */
  static BareMachine assembledOverQmp(LaunchRecord launch) {
    List<String> commands = new ArrayList<>();
    for (AssemblyStep.Execute step : steps(launch)) {
      commands.add(command(step.command(), step.arguments()));
    }
    return new BareMachine(launch, launch.argv(), commands);
  }

  /** Everything on the command line. */
  static BareMachine fromCommandLine(LaunchRecord launch) {
    List<String> argv = new ArrayList<>(launch.argv());
    for (AssemblyStep.Execute step : steps(launch)) {
      argv.addAll(option(step));
    }
    return new BareMachine(launch, argv, List.of());
  }

  /** Its command line. */
  List<String> argv() {
    return List.copyOf(argv);
  }

  private static List<String> option(AssemblyStep.Execute step) {
    String json = Json.text(step.arguments());
    return switch (step.command()) {
      case "blockdev-add" -> List.of("-blockdev", json);
      case "netdev_add" -> List.of("-netdev", json);
      case "object-add" -> List.of("-object", json);
      case "device_add" -> List.of("-device", json);
      default -> throw new IllegalStateException("no option is like " + step.command());
    };
  }

  /** The commands, with the paths of images where Berth has descriptors. */
  private static List<AssemblyStep.Execute> steps(LaunchRecord launch) {
    Map<String, Path> images = new HashMap<>();
    List<AssemblyStep.Execute> steps = new ArrayList<>();
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof AssemblyStep.PassFile pass) {
        images.put("/dev/fdset/" + pass.fdset(), pass.file());
      } else if (step instanceof AssemblyStep.Execute execute) {
        ObjectNode arguments = execute.arguments().deepCopy();
        Path image = images.get(arguments.path("filename").asText());
        if (image != null) {
          arguments.put("filename", image.toString());
        }
        steps.add(new AssemblyStep.Execute(execute.command(), arguments));
      }
    }
    return steps;
  }

  /** Spawns QEMU and lets the guest run; returns how long that took. */
  double startMillis() throws IOException, InterruptedException {
    ProcessBuilder builder = builder();
    Stopwatch time = Stopwatch.start();
    Process qemu = builder.start();
    process = Optional.of(qemu);
    try (BareMonitor monitor = BareMonitor.connect(launch.files().qmpSocket(), qemu::isAlive)) {
      for (String command : assembly) {
        monitor.execute(command);
      }
      if (!assembly.isEmpty()) {
        monitor.execute("{\"execute\":\"system_reset\"}");
        monitor.await("RESET");
      }
      monitor.execute("{\"execute\":\"cont\"}");
      return time.millis();
    }
  }

  private ProcessBuilder builder() throws IOException {
    Files.createDirectories(launch.files().runDirectory());
    return new ProcessBuilder(argv)
        .directory(new File("/"))
        .redirectInput(new File("/dev/null"))
        .redirectOutput(Redirect.appendTo(launch.files().qemuLog().toFile()))
        .redirectErrorStream(true);
  }

  /**
   * Spawns QEMU, whose guest stands, has it take those steps, with the files that they pass, and
   * ends it; returns how long the steps took.
   */
  double stepsMillis(List<AssemblyStep> steps) throws IOException, InterruptedException {
    Process qemu = builder().start();
    process = Optional.of(qemu);
    try (BareMonitor monitor =
        BareMonitor.connectToPass(launch.files().qmpSocket(), qemu::isAlive)) {
      Stopwatch time = Stopwatch.start();
      for (AssemblyStep step : steps) {
        take(monitor, step);
      }
      return time.millis();
    } finally {
      destroyMillis();
    }
  }

  private static void take(BareMonitor monitor, AssemblyStep step) throws IOException {
    if (step instanceof AssemblyStep.PassFile pass) {
      String mode = pass.access() == AssemblyStep.FileAccess.READ_ONLY ? "r" : "rw";
      try (RandomAccessFile file = new RandomAccessFile(pass.file().toFile(), mode)) {
        ObjectNode arguments = Json.object().put("fdset-id", pass.fdset());
        monitor.execute(command("add-fd", arguments.put("opaque", pass.opaque())), file.getFD());
      }
    } else if (step instanceof AssemblyStep.Execute execute) {
      monitor.execute(command(execute.command(), execute.arguments()));
    } else {
      throw new IllegalStateException("no bare way for " + step);
    }
  }

  private static String command(String name, JsonNode arguments) {
    return Json.text(Json.object().put("execute", name).set("arguments", arguments));
  }

  /** Sends SIGTERM and waits for the end; returns how long that took. */
  double destroyMillis() throws IOException, InterruptedException {
    Process qemu = process.orElseThrow();
    Stopwatch time = Stopwatch.start();
    qemu.destroy();
    qemu.waitFor();
    double millis = time.millis();
    process = Optional.empty();
    clear(launch.files().runDirectory());
    return millis;
  }

  private static void clear(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
