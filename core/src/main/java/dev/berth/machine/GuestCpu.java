package dev.berth.machine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a guest's CPU is, as its QEMU says. It is what QEMU makes of the model there ({@code
 * query-cpu-model-expansion}, which is asked of a machine and so knows of what its command line
 * adds), less what the host cannot give; the machine's CPU says what that is. Pure.
 *
 * @param vendor as CPUID has it; empty when nothing is known of the CPU
 * @param features which of those that its QEMU knows the guest has, by QEMU's names, with hyphens
 */
public record GuestCpu(String vendor, Map<String, Boolean> features) {
  /** One of which nothing is known. */
  public static final GuestCpu UNKNOWN = new GuestCpu("", Map.of());

  /** Where QEMU has the CPU that boots. */
  public static final String PATH = "/machine/unattached/device[0]";

  /** What that has of features that the host cannot give. */
  public static final String UNAVAILABLE = "unavailable-features";

  /** How QEMU goes about a CPU: nothing that its guest sees. */
  private static final Set<String> SWITCHES =
      Set.of(
          "check",
          "enforce",
          "fill-mtrr-mask",
          "full-cpuid-auto-level",
          "host-cache-info",
          "host-phys-bits",
          "kvm",
          "legacy-multi-node",
          "migratable",
          "realized",
          "start-powered-off",
          "tcg-cpuid");

  private static final String SWITCH = "x-";

  /**
   * What older emulations say that they have, and no guest can miss: Intel has withdrawn the one
   * before any processor had it, and nothing is behind the other.
   */
  private static final Set<String> IDLE_IN_TCG = Set.of("pcommit", "pmu");

  /** Copies the map. */
  public GuestCpu {
    features = Map.copyOf(features);
  }

  /**
   * One by what QEMU has told.
   *
   * @param properties the model's, expanded in full
   * @param unavailable names of features
   */
  public static GuestCpu of(JsonNode properties, JsonNode unavailable) {
    Map<String, Boolean> features = new HashMap<>();
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      String name = hyphens(property.getKey());
      if (property.getValue().isBoolean() && !isSwitch(name)) {
        features.put(name, property.getValue().asBoolean());
      }
    }
    unavailable.forEach(name -> features.put(hyphens(name.asText()), false));
    return new GuestCpu(properties.path("vendor").asText(), features);
  }

  private static boolean isSwitch(String name) {
    return name.startsWith(SWITCH) || SWITCHES.contains(name);
  }

  private static String hyphens(String name) {
    return name.replace('_', '-');
  }

  /** Whether anything is known of it. */
  public boolean isKnown() {
    return !vendor.isEmpty();
  }

  /**
   * What a guest that has this CPU would miss in that one, in the order of names.
   *
   * @param accelerator of both
   */
  public List<String> missing(GuestCpu there, String accelerator) {
    return names(
        name ->
            has(name)
                && !there.has(name)
                && !(accelerator.equals("tcg") && IDLE_IN_TCG.contains(name)));
  }

  /** What its guest would find that it does not have here, of those that its QEMU knows. */
  public List<String> surplus(GuestCpu there) {
    return names(name -> !has(name) && there.has(name));
  }

  private List<String> names(Predicate<String> wanted) {
    return features.keySet().stream().filter(wanted).sorted().toList();
  }

  private boolean has(String name) {
    return features.getOrDefault(name, false);
  }
}
