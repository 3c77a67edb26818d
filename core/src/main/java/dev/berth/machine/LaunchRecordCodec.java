package dev.berth.machine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.AssemblyStep.PassTap;
import dev.berth.machine.AssemblyStep.PassVhost;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Qemu;
import dev.berth.machine.LaunchRecord.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Launch records as JSON, the form in which they are stored. The document names its format, so that
 * a record of a newer Berth is refused by name instead of misread; members that are unknown within
 * a known format are ignored. Thread-safe.
 */
public final class LaunchRecordCodec {
  /**
   * The newest format that this class reads. It writes a record in the oldest format that can
   * express it: 2 has taps to pass, 3 what the start is given, 4 shares, 5 vhost-net.
   */
  public static final int FORMAT = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The record as one JSON object. */
  public String write(LaunchRecord launch) {
    ObjectNode document = JSON.createObjectNode();
    document.put(
        "format", launch.assembly().stream().mapToInt(LaunchRecordCodec::format).max().orElse(1));
    document.set("subject", subject(launch.subject()));
    document
        .putObject("qemu")
        .put("binary", launch.qemu().binary().toString())
        .put("version", launch.qemu().version());
    document.set("hardware", hardware(launch.hardware()));
    document.set("argv", texts(launch.argv()));
    ArrayNode assembly = document.putArray("assembly");
    launch.assembly().forEach(step -> assembly.add(step(step)));
    ArrayNode devices = document.putArray("devices");
    launch.devices().forEach(device -> devices.add(device(device)));
    document
        .putObject("files")
        .put("runDirectory", launch.files().runDirectory().toString())
        .put("logDirectory", launch.files().logDirectory().toString())
        .put("consoleLogLimitBytes", launch.files().consoleLogLimit().bytes());
    ArrayNode inherited = document.putArray("inherited");
    launch.inherited().forEach(file -> inherited.add(inherited(file)));
    return document.toString();
  }

  /**
   * The record that {@link #write} made that text from.
   *
   * @throws UnsupportedException when a newer Berth wrote it
   * @throws HostFailureException when it is no launch record
   */
  public LaunchRecord read(String text) {
    JsonNode document = parse(text);
    int format = document.path("format").asInt();
    if (format > FORMAT) {
      throw new UnsupportedException(
          "Cannot read a launch record of format "
              + format
              + ": this version of Berth knows formats up to "
              + FORMAT
              + ". Use the version that started the machine, or a newer one.");
    }
    try {
      return record(document);
    } catch (BerthException | IllegalArgumentException | ArithmeticException malformed) {
      throw unreadable(malformed);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException noJson) {
      throw unreadable(noJson);
    }
  }

  private static HostFailureException unreadable(Exception why) {
    return new HostFailureException(
        "Cannot read a launch record: "
            + why.getMessage()
            + ". Restore it from the recovery copies, or destroy the domain, which ends"
            + " what its command line proves to be its machine.",
        why);
  }

  private static LaunchRecord record(JsonNode document) {
    JsonNode subject = member(document, "subject");
    JsonNode qemu = member(document, "qemu");
    JsonNode files = member(document, "files");
    return new LaunchRecord(
        new Subject(
            UUID.fromString(text(subject, "domain")),
            new DomainName(text(subject, "name")),
            number(subject, "definitionRevision"),
            text(subject, "incarnation")),
        new Qemu(Path.of(text(qemu, "binary")), text(qemu, "version")),
        hardware(member(document, "hardware")),
        list(document, "argv", JsonNode::asText),
        list(document, "assembly", LaunchRecordCodec::step),
        list(document, "devices", LaunchRecordCodec::device),
        new MachineFiles(
            Path.of(text(files, "runDirectory")),
            Path.of(text(files, "logDirectory")),
            new ByteSize(number(files, "consoleLogLimitBytes"))),
        document.has("inherited") // the first records had none
            ? list(document, "inherited", LaunchRecordCodec::inherited)
            : List.of());
  }

  private static ObjectNode subject(Subject subject) {
    return JSON.createObjectNode()
        .put("domain", subject.domain().toString())
        .put("name", subject.name().text())
        .put("definitionRevision", subject.definitionRevision())
        .put("incarnation", subject.incarnation());
  }

  private static ObjectNode hardware(Hardware hardware) {
    return JSON.createObjectNode()
        .put("machineType", hardware.machineType())
        .put("cpuModel", hardware.cpuModel())
        .put("cpus", hardware.cpus())
        .put("memoryBytes", hardware.memory().bytes())
        .put("accelerator", hardware.accelerator())
        .put("acceleratorReason", hardware.acceleratorReason());
  }

  private static Hardware hardware(JsonNode node) {
    return new Hardware(
        text(node, "machineType"),
        text(node, "cpuModel"),
        Math.toIntExact(number(node, "cpus")),
        new ByteSize(number(node, "memoryBytes")),
        text(node, "accelerator"),
        text(node, "acceleratorReason"));
  }

  /** The first format that has such a step. */
  private static int format(AssemblyStep step) {
    if (step instanceof PassTap pass) {
      return pass.tap() instanceof TapSource.Given ? 3 : 2;
    }
    if (step instanceof ServeShare) {
      return 4;
    }
    if (step instanceof PassVhost) {
      return 5;
    }
    return step instanceof PassGivenFile || step instanceof AddSecret ? 3 : 1;
  }

  private static ObjectNode step(AssemblyStep step) {
    ObjectNode node = JSON.createObjectNode();
    if (step instanceof PassGivenFile pass) {
      return node.put("passGivenFile", pass.resource())
          .put("fdset", pass.fdset())
          .put("device", pass.file().device())
          .put("inode", pass.file().inode())
          .put("access", pass.access().name().toLowerCase(Locale.ROOT))
          .put("opaque", pass.opaque());
    }
    if (step instanceof AddSecret add) {
      return node.put("addSecret", add.resource()).put("id", add.id()).put("disk", add.disk());
    }
    if (step instanceof PassFile pass) {
      return node.put("passFile", pass.file().toString())
          .put("fdset", pass.fdset())
          .put("access", pass.access().name().toLowerCase(Locale.ROOT))
          .put("opaque", pass.opaque());
    }
    if (step instanceof PassTap pass) {
      pass.withoutVhost().ifPresent(reason -> node.put("withoutVhost", reason));
      return tap(node.put("passTap", pass.name()).put("nic", pass.nic()), pass.tap());
    }
    if (step instanceof PassVhost pass) {
      return node.put("passVhost", pass.name())
          .put("nic", pass.nic())
          .put("device", pass.device().toString());
    }
    if (step instanceof ServeShare serve) {
      serve.source().ifPresent(source -> node.put("source", source.toString()));
      return node.put("serveShare", serve.share())
          .put("socket", serve.socket().toString())
          .set("command", texts(serve.command()));
    }
    Execute execute = (Execute) step;
    return node.put("execute", execute.command()).set("arguments", execute.arguments());
  }

  private static ObjectNode tap(ObjectNode node, TapSource tap) {
    if (tap instanceof TapSource.OnBridge made) {
      return node.put("bridge", made.bridge()).put("guestMac", made.guestMac());
    }
    if (tap instanceof TapSource.Given given) {
      return node.put("resource", given.resource());
    }
    return node.put("device", ((TapSource.Existing) tap).device());
  }

  private static TapSource tap(JsonNode node) {
    if (node.has("resource")) {
      return new TapSource.Given(text(node, "resource"));
    }
    return node.has("bridge")
        ? new TapSource.OnBridge(text(node, "bridge"), text(node, "guestMac"))
        : new TapSource.Existing(text(node, "device"));
  }

  private static AssemblyStep step(JsonNode node) {
    if (node.has("passFile")) {
      return new PassFile(
          Math.toIntExact(number(node, "fdset")),
          Path.of(text(node, "passFile")),
          access(node),
          text(node, "opaque"));
    }
    if (node.has("passGivenFile")) {
      return new PassGivenFile(
          Math.toIntExact(number(node, "fdset")),
          text(node, "passGivenFile"),
          new FileKey(number(node, "device"), number(node, "inode")),
          access(node),
          text(node, "opaque"));
    }
    if (node.has("addSecret")) {
      return new AddSecret(text(node, "id"), text(node, "addSecret"), text(node, "disk"));
    }
    if (node.has("passTap")) {
      return new PassTap(
          text(node, "passTap"),
          text(node, "nic"),
          tap(node),
          node.has("withoutVhost") ? Optional.of(text(node, "withoutVhost")) : Optional.empty());
    }
    if (node.has("passVhost")) {
      return new PassVhost(
          text(node, "passVhost"), text(node, "nic"), Path.of(text(node, "device")));
    }
    if (node.has("serveShare")) {
      return new ServeShare(
          text(node, "serveShare"),
          Path.of(text(node, "socket")),
          list(node, "command", JsonNode::asText),
          node.has("source") ? Optional.of(Path.of(text(node, "source"))) : Optional.empty());
    }
    if (node.path("arguments") instanceof ObjectNode arguments) {
      return new Execute(text(node, "execute"), arguments);
    }
    throw new IllegalArgumentException("a step is neither something to pass nor a command");
  }

  private static ObjectNode inherited(InheritedFile inherited) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("file", inherited.file().toString())
            .put("access", inherited.access().name().toLowerCase(Locale.ROOT));
    inherited.template().ifPresent(template -> node.put("template", template.toString()));
    return node;
  }

  private static InheritedFile inherited(JsonNode node) {
    return new InheritedFile(
        Path.of(text(node, "file")),
        access(node),
        node.has("template") ? Optional.of(Path.of(text(node, "template"))) : Optional.empty());
  }

  private static FileAccess access(JsonNode node) {
    return FileAccess.valueOf(text(node, "access").toUpperCase(Locale.ROOT));
  }

  private static ObjectNode device(DeviceRecord device) {
    return JSON.createObjectNode()
        .put("id", device.id())
        .put("kind", device.kind())
        .put("name", device.name())
        .put("bus", device.bus())
        .set("nodes", texts(device.nodes()));
  }

  private static DeviceRecord device(JsonNode node) {
    return new DeviceRecord(
        text(node, "id"),
        text(node, "kind"),
        text(node, "name"),
        text(node, "bus"),
        list(node, "nodes", JsonNode::asText));
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode array = JSON.createArrayNode();
    texts.forEach(array::add);
    return array;
  }

  private static JsonNode member(JsonNode parent, String name) {
    JsonNode node = parent.path(name);
    if (!node.isContainerNode()) {
      throw new IllegalArgumentException("member '" + name + "' is missing");
    }
    return node;
  }

  private static String text(JsonNode parent, String name) {
    JsonNode node = parent.path(name);
    if (!node.isTextual()) {
      throw new IllegalArgumentException("text member '" + name + "' is missing");
    }
    return node.asText();
  }

  private static long number(JsonNode parent, String name) {
    JsonNode node = parent.path(name);
    if (!node.canConvertToLong() || !node.isIntegralNumber()) {
      throw new IllegalArgumentException("number member '" + name + "' is missing");
    }
    return node.asLong();
  }

  private static <T> List<T> list(JsonNode parent, String name, Function<JsonNode, T> element) {
    List<T> list = new ArrayList<>();
    for (JsonNode node : member(parent, name)) {
      list.add(element.apply(node));
    }
    return list;
  }
}
