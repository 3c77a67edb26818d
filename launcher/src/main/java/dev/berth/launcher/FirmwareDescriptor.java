package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An installed UEFI firmware for x86-64 as its descriptor has it (QEMU's {@code
 * docs/interop/firmware.json}).
 *
 * @param code absolute path of its code, a raw image
 * @param variables absolute path of the template of its variables, a raw image
 * @param machines patterns of versioned machine types, such as {@code pc-q35-*}
 * @param features such as {@code secure-boot}
 */
record FirmwareDescriptor(Path code, Path variables, List<String> machines, Set<String> features) {

  /** Copies the collections. */
  FirmwareDescriptor {
    machines = List.copyOf(machines);
    features = Set.copyOf(features);
  }

  /** What the descriptor describes, if it is a firmware that can be used here. */
  static Optional<FirmwareDescriptor> read(JsonNode descriptor) {
    JsonNode mapping = descriptor.path("mapping");
    Path code = file(mapping.path("executable"));
    Path variables = file(mapping.path("nvram-template"));
    if (!texts(descriptor.path("interface-types")).contains("uefi")
        || !mapping.path("device").asText().equals("flash")
        || !Files.isReadable(code)
        || !Files.isReadable(variables)) {
      return Optional.empty();
    }
    List<String> machines = new ArrayList<>();
    for (JsonNode target : descriptor.path("targets")) {
      if (target.path("architecture").asText().equals("x86_64")) {
        machines.addAll(texts(target.path("machines")));
      }
    }
    Set<String> features = new TreeSet<>(texts(descriptor.path("features")));
    return Optional.of(new FirmwareDescriptor(code, variables, machines, features));
  }

  /** A path that leads nowhere stands for a file that is missing or not raw. */
  private static Path file(JsonNode file) {
    String name = file.path("filename").asText();
    boolean raw = file.path("format").asText().equals("raw");
    return Path.of(raw && name.startsWith("/") ? name : "/nonexistent");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** Whether it is made for that versioned machine type. */
  boolean serves(String machineType) {
    return machines.stream()
        .anyMatch(
            pattern ->
                pattern.endsWith("*")
                    ? machineType.startsWith(pattern.substring(0, pattern.length() - 1))
                    : machineType.equals(pattern));
  }

  /** Whether it starts only what is signed, by keys that its variables come with. */
  boolean isSecure() {
    return features.contains("secure-boot") && features.contains("enrolled-keys");
  }

  /** Whether its variables are safe from the guest's kernel in system management mode only. */
  boolean requiresSmm() {
    return features.contains("requires-smm");
  }
}
