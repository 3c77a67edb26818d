package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.HostInfo;
import dev.berth.host.HostInfo.QemuInfo;
import dev.berth.json.Json;

/** What a host is, as JSON, on the wire and for programs that read {@code vmctl -o json}. */
public final class HostInfoCodec {
  private HostInfoCodec() {}

  /** A host as a JSON object. */
  public static ObjectNode write(HostInfo info) {
    ObjectNode node = Json.object();
    node.put("version", info.version());
    node.put("home", info.home().toString());
    node.put("pid", info.pid());
    node.put("domains", info.domains());
    node.put("machines", info.machines());
    ArrayNode qemus = node.putArray("qemus");
    info.qemus().forEach(qemu -> qemus.add(qemu(qemu)));
    info.withoutScopes().ifPresent(why -> node.put("withoutScopes", why));
    return node;
  }

  static HostInfo read(JsonNode node) {
    return new HostInfo(
        Json.text(node, "version"),
        WireValue.path(node, "home"),
        Json.number(node, "pid"),
        WireValue.integer(node, "domains"),
        WireValue.integer(node, "machines"),
        Json.array(node, "qemus").stream().map(HostInfoCodec::qemu).toList(),
        Json.optionalText(node, "withoutScopes"));
  }

  private static ObjectNode qemu(QemuInfo qemu) {
    ObjectNode node = Json.object();
    node.put("binary", qemu.binary().toString());
    node.put("version", qemu.version());
    node.put("accelerator", qemu.accelerator());
    node.put("acceleratorReason", qemu.acceleratorReason());
    return node;
  }

  private static QemuInfo qemu(JsonNode node) {
    return new QemuInfo(
        WireValue.path(node, "binary"),
        Json.text(node, "version"),
        Json.text(node, "accelerator"),
        Json.text(node, "acceleratorReason"));
  }
}
