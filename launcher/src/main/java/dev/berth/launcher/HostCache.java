package dev.berth.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers on disk what was found out about binaries. An entry holds for one state of the world,
 * which its key spells out; another key means finding out again. Losing the cache, or a damaged
 * entry, costs time and nothing else. Thread-safe; several processes may share the directory.
 */
final class HostCache {
  private static final Logger LOG = LoggerFactory.getLogger(HostCache.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_NAME = 150;

  private final Path directory;

  HostCache(Path directory) {
    this.directory = directory;
  }

  /**
   * What was remembered, if it was under that very key.
   *
   * @param kind what was found out
   * @param binary about which binary
   */
  Optional<JsonNode> find(String kind, Path binary, String key) {
    try {
      JsonNode entry = JSON.readTree(Files.readString(file(kind, binary)));
      return Optional.of(entry.path("value"))
          .filter(value -> value.isObject() && entry.path("key").asText().equals(key));
    } catch (JsonProcessingException damaged) {
      LOG.warn("The cache entry {} of {} is damaged and not used", kind, binary);
      return Optional.empty();
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /** Remembers in place of what was; a failure to do so is logged and changes nothing else. */
  void store(String kind, Path binary, String key, ObjectNode value) {
    Path target = file(kind, binary);
    Path fresh = target.resolveSibling(UUID.randomUUID() + ".new");
    ObjectNode entry = JSON.createObjectNode().put("key", key).set("value", value);
    try {
      Files.createDirectories(directory);
      Files.writeString(fresh, entry.toString());
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      LOG.warn("Cannot remember {} of {}: {}", kind, binary, failure.toString());
      RunFiles.deleteIfPossible(fresh);
    }
  }

  /** One file for each kind and binary, so that replaced binaries leave nothing behind. */
  private Path file(String kind, Path binary) {
    String name = binary.toString().substring(1).replace("%", "%25").replace("/", "%2F");
    String fitting = name.substring(Math.max(0, name.length() - LONGEST_NAME));
    String hash = Integer.toHexString(name.hashCode());
    return directory.resolve(kind + "-" + hash + "-" + fitting + ".json");
  }
}
