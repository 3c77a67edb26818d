package dev.berth.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.error.HostFailureException;
import dev.berth.launcher.QemuCapabilities.MachineType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Asks a QEMU binary what it can do, by running it once without a machine. Stateless. */
final class QemuProbe {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The commands' ids are their names. */
  private static final List<String> QUESTIONS =
      List.of(
          "qmp_capabilities",
          "query-version",
          "query-machines",
          "query-cpu-definitions",
          "query-kvm",
          "query-command-line-options",
          "query-qmp-schema");

  /** The id of one more question, whose answer says that all others were given. */
  private static final String LAST = "berth-probe-last";

  private final Duration limit;

  /**
   * A probe.
   *
   * @param limit how long a binary may take to answer
   */
  QemuProbe(Duration limit) {
    this.limit = limit;
  }

  /**
   * Runs the binary and returns what it says.
   *
   * @throws HostFailureException when it is no working QEMU for x86-64
   * @throws InterruptedException when the caller is interrupted; the binary is ended
   */
  Answers probe(Path binary) throws InterruptedException {
    List<String> argv =
        List.of(
            binary.toString(),
            "-S",
            "-no-user-config",
            "-nodefaults",
            "-machine",
            "none",
            "-display",
            "none",
            "-qmp",
            "stdio");
    ShortRun.Result run = ShortRun.until(LAST, argv, questions(), limit);
    Map<String, JsonNode> answers = answers(run.output());
    if (!answers.keySet().containsAll(QUESTIONS)) {
      throw notQemu(binary, run);
    }
    return new Answers(capabilities(answers), answers.get("query-qmp-schema"));
  }

  /**
   * What a binary says.
   *
   * @param capabilities what it can do
   * @param schema what it takes over QMP, in its own form
   */
  record Answers(QemuCapabilities capabilities, JsonNode schema) {}

  private static String questions() {
    StringBuilder lines = new StringBuilder();
    QUESTIONS.forEach(command -> lines.append(question(command, command)));
    return lines.append(question("query-version", LAST)).toString();
  }

  private static String question(String command, String id) {
    return "{\"execute\":\"" + command + "\",\"id\":\"" + id + "\"}\n";
  }

  private static Map<String, JsonNode> answers(String output) {
    Map<String, JsonNode> answers = new HashMap<>();
    for (String line : output.split("\n")) {
      try {
        JsonNode message = JSON.readTree(line);
        if (message.has("return") && message.has("id")) {
          answers.put(message.get("id").asText(), message.get("return"));
        }
      } catch (JsonProcessingException noQmp) {
        return Map.of();
      }
    }
    return answers;
  }

  private static QemuCapabilities capabilities(Map<String, JsonNode> answers) {
    JsonNode version = answers.get("query-version").path("qemu");
    List<MachineType> machines = new ArrayList<>();
    for (JsonNode machine : answers.get("query-machines")) {
      machines.add(
          new MachineType(
              machine.path("name").asText(),
              machine.path("alias").asText(""),
              machine.path("cpu-max").asInt(1)));
    }
    Set<String> models = new TreeSet<>();
    for (JsonNode model : answers.get("query-cpu-definitions")) {
      models.add(model.path("name").asText());
    }
    Set<String> options = new TreeSet<>();
    for (JsonNode option : answers.get("query-command-line-options")) {
      options.add(option.path("option").asText());
    }
    Set<String> commands = new TreeSet<>();
    for (JsonNode entity : answers.get("query-qmp-schema")) {
      if (entity.path("meta-type").asText().equals("command")) {
        commands.add(entity.path("name").asText());
      }
    }
    return new QemuCapabilities(
        String.join(
            ".",
            version.path("major").asText(),
            version.path("minor").asText(),
            version.path("micro").asText()),
        machines,
        models,
        commands,
        options,
        answers.get("query-kvm").path("present").asBoolean());
  }

  private HostFailureException notQemu(Path binary, ShortRun.Result run) {
    String symptom =
        run.timedOut()
            ? "it did not answer within " + limit.toMillis() + " ms"
            : "it ended with exit code " + run.exitCode() + " without answering";
    return new HostFailureException(
        "Cannot use "
            + binary
            + ": it is no working QEMU, "
            + symptom
            + run.lastWords()
            + ". Install qemu-system-x86, or name another binary in the settings.");
  }
}
