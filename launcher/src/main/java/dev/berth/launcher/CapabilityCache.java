package dev.berth.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.launcher.QemuCapabilities.MachineType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers on disk what binaries said, by their file identity: a changed binary is asked again.
 * Losing the cache, or a damaged entry, costs a probe and nothing else. Thread-safe; several
 * processes may share the directory.
 */
final class CapabilityCache {
  private static final Logger LOG = LoggerFactory.getLogger(CapabilityCache.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Changes whenever an entry says more or something else. */
  private static final int FORMAT = 1;

  private final Path directory;

  CapabilityCache(Path directory) {
    this.directory = directory;
  }

  /** What was remembered of that very version of that file. */
  Optional<QemuCapabilities> find(FileIdentity binary) {
    try {
      JsonNode entry = JSON.readTree(Files.readString(entry(binary)));
      boolean same =
          entry.path("format").asInt() == FORMAT
              && entry.path("identity").asText().equals(binary.text());
      return same ? Optional.of(read(entry)) : Optional.empty();
    } catch (JsonProcessingException damaged) {
      LOG.warn("Probing {} again: its cache entry is damaged", binary.path());
      return Optional.empty();
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /** Remembers; a failure to do so is logged and changes nothing else. */
  void store(FileIdentity binary, QemuCapabilities capabilities) {
    Path target = entry(binary);
    Path fresh = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(directory);
      Files.writeString(fresh, write(binary, capabilities));
      Files.move(fresh, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      LOG.warn("Cannot remember what {} can do: {}", binary.path(), failure.toString());
      RunFiles.deleteIfPossible(fresh);
    }
  }

  /** One entry for each path, so that replaced binaries leave nothing behind. */
  private Path entry(FileIdentity binary) {
    String name = binary.path().toString().substring(1).replace("%", "%25").replace("/", "%2F");
    String fitting = name.substring(Math.max(0, name.length() - 150));
    return directory.resolve(
        "qemu-" + Integer.toHexString(name.hashCode()) + "-" + fitting + ".json");
  }

  private static String write(FileIdentity binary, QemuCapabilities capabilities) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("format", FORMAT).put("identity", binary.text());
    entry.put("version", capabilities.version());
    entry.put("kvmBuiltIn", capabilities.kvmBuiltIn());
    ArrayNode machines = entry.putArray("machines");
    for (MachineType type : capabilities.machines()) {
      machines
          .addObject()
          .put("name", type.name())
          .put("alias", type.alias())
          .put("maxCpus", type.maxCpus());
    }
    addAll(entry.putArray("cpuModels"), capabilities.cpuModels());
    addAll(entry.putArray("commands"), capabilities.commands());
    addAll(entry.putArray("options"), capabilities.options());
    return entry.toString();
  }

  private static void addAll(ArrayNode array, Collection<String> texts) {
    new TreeSet<>(texts).forEach(array::add);
  }

  private static QemuCapabilities read(JsonNode entry) {
    List<MachineType> machines = new ArrayList<>();
    for (JsonNode type : entry.path("machines")) {
      machines.add(
          new MachineType(
              type.path("name").asText(),
              type.path("alias").asText(),
              type.path("maxCpus").asInt()));
    }
    return new QemuCapabilities(
        entry.path("version").asText(),
        machines,
        texts(entry.path("cpuModels")),
        texts(entry.path("commands")),
        texts(entry.path("options")),
        entry.path("kvmBuiltIn").asBoolean());
  }

  private static TreeSet<String> texts(JsonNode array) {
    TreeSet<String> texts = new TreeSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
