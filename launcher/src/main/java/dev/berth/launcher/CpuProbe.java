package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.json.Json;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord.Hardware;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out what CPU a guest would have here: QEMU is started with it, without disks and without
 * ever running a guest, and asked. Remembers the last answers, for a migration asks several times,
 * and many ask the same. Thread-safe.
 */
final class CpuProbe {
  private static final int MOST_REMEMBERED = 32;
  private static final String EXPANDED = "berth-cpu-expanded";
  private static final String UNAVAILABLE = "berth-cpu-unavailable";
  private static final String LAST = "berth-cpu-last";

  private final Duration limit;
  private final KvmSettings kvm;
  private final Map<Question, GuestCpu> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, GuestCpu> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** What an answer is about, and depends on. */
  private record Question(
      FileIdentity qemu, String machine, String accelerator, String cpu, Set<String> kvm) {}

  /**
   * A probe.
   *
   * @param limit how long QEMU may take to answer
   * @param kvm by which guests run that do not run by emulation
   */
  CpuProbe(Duration limit, KvmSettings kvm) {
    this.limit = limit;
    this.kvm = kvm;
  }

  /**
   * The CPU of a guest with that hardware; unknown when QEMU does not tell.
   *
   * @throws HostFailureException when QEMU does not start with it, with its own words
   * @throws InterruptedException when the caller is interrupted; QEMU is ended
   */
  GuestCpu of(QemuInstall qemu, Hardware hardware) throws InterruptedException {
    boolean isKvm = hardware.accelerator().equals(AcceleratorVerdict.KVM);
    Question question =
        new Question(
            qemu.identity(),
            hardware.machineType(),
            hardware.accelerator(),
            hardware.cpuModel(),
            isKvm ? kvm.now() : Set.of());
    Optional<GuestCpu> remembered = remembered(question);
    if (remembered.isPresent()) {
      return remembered.get();
    }
    ShortRun.Result run = ShortRun.until(LAST, argv(qemu, hardware), questions(hardware), limit);
    if (!run.output().contains(LAST)) {
      throw new HostFailureException(
          run.timedOut()
              ? "QEMU did not answer within " + limit.toMillis() + " ms"
              : "QEMU does not start with it" + run.lastWords());
    }
    GuestCpu found = read(run);
    if (found.isKnown()) {
      remember(question, found);
    }
    return found;
  }

  private synchronized Optional<GuestCpu> remembered(Question question) {
    return Optional.ofNullable(known.get(question));
  }

  private synchronized void remember(Question question, GuestCpu found) {
    known.put(question, found);
  }

  private static List<String> argv(QemuInstall qemu, Hardware hardware) {
    List<String> argv =
        new ArrayList<>(
            List.of(
                qemu.binary().toString(),
                "-S",
                "-no-user-config",
                "-nodefaults",
                "-machine",
                hardware.machineType(),
                "-accel",
                hardware.accelerator(),
                "-cpu",
                hardware.cpuModel(),
                "-m",
                "16M",
                "-display",
                "none",
                "-qmp",
                "stdio"));
    argv.addAll(OfferedLaunch.sandbox(qemu.capabilities())); // another host has chosen the words
    return argv;
  }

  private static String questions(Hardware hardware) {
    ObjectNode expansion = Json.object().put("type", "full");
    expansion.putObject("model").put("name", hardware.model());
    ObjectNode property =
        Json.object().put("path", GuestCpu.PATH).put("property", GuestCpu.UNAVAILABLE);
    return question("qmp_capabilities", Json.object(), "")
        + question("query-cpu-model-expansion", expansion, EXPANDED)
        + question("qom-get", property, UNAVAILABLE)
        + question("query-version", Json.object(), LAST);
  }

  private static String question(String command, ObjectNode arguments, String id) {
    ObjectNode line = Json.object().put("execute", command).put("id", id);
    line.set("arguments", arguments);
    return Json.text(line) + "\n";
  }

  /** Unknown when it has not answered. */
  private static GuestCpu read(ShortRun.Result run) {
    JsonNode expanded = Json.object();
    JsonNode unavailable = Json.object();
    for (String line : run.output().split("\n")) {
      JsonNode answer = message(line);
      switch (answer.path("id").asText()) {
        case EXPANDED -> expanded = answer.at("/return/model/props");
        case UNAVAILABLE -> unavailable = answer.path("return");
        default -> {}
      }
    }
    return expanded.isObject() && unavailable.isArray()
        ? GuestCpu.of(expanded, unavailable)
        : GuestCpu.UNKNOWN;
  }

  private static JsonNode message(String line) {
    try {
      return Json.read(line);
    } catch (IOException noQmp) {
      return Json.object();
    }
  }
}
