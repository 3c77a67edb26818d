package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.launcher.QemuCapabilities.MachineType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Capabilities as JSON, for the cache. */
final class CapabilityCodec {
  /** Part of the cache's key; changes whenever the JSON says more or something else. */
  static final String FORMAT = "2";

  private CapabilityCodec() {}

  static ObjectNode write(QemuCapabilities capabilities) {
    ObjectNode value = JsonNodeFactory.instance.objectNode();
    value.put("version", capabilities.version());
    value.put("kvmBuiltIn", capabilities.kvmBuiltIn());
    ArrayNode machines = value.putArray("machines");
    for (MachineType type : capabilities.machines()) {
      machines
          .addObject()
          .put("name", type.name())
          .put("alias", type.alias())
          .put("maxCpus", type.maxCpus());
    }
    addAll(value.putArray("cpuModels"), capabilities.cpuModels());
    addAll(value.putArray("commands"), capabilities.commands());
    addAll(value.putArray("options"), capabilities.options());
    return value;
  }

  static QemuCapabilities read(JsonNode value) {
    List<MachineType> machines = new ArrayList<>();
    for (JsonNode type : value.path("machines")) {
      machines.add(
          new MachineType(
              type.path("name").asText(),
              type.path("alias").asText(),
              type.path("maxCpus").asInt()));
    }
    return new QemuCapabilities(
        value.path("version").asText(),
        machines,
        texts(value.path("cpuModels")),
        texts(value.path("commands")),
        texts(value.path("options")),
        value.path("kvmBuiltIn").asBoolean());
  }

  private static void addAll(ArrayNode array, Collection<String> texts) {
    new TreeSet<>(texts).forEach(array::add);
  }

  private static TreeSet<String> texts(JsonNode array) {
    TreeSet<String> texts = new TreeSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
