package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.Dimms;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.SerialSockets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What is plugged into a {@link FakeMachine}, and the nodes, netdevs, chardevs and objects behind
 * it. Its guest lets go of a device at once when it runs, unless it was told to hold on.
 * Thread-safe.
 */
public final class FakeBackplane {
  private static final String OBJECT = "-object";
  private static final String SOURCE = "-source";

  /** What of the record is not plugged in, or is of the command line. */
  private static final Set<String> NOT_PLUGGED =
      Set.of(CpuSlots.SPARE, Dimms.SPARE, LaunchRecord.SPARE_PORT);

  private final FakeQemu qemu;
  private final List<String> cpus;
  private final FakeDrives drives;
  private final BooleanSupplier guestRuns;

  // guarded by this
  private final Set<String> devices = new TreeSet<>();
  private final Set<String> nodes = new TreeSet<>();
  private final Set<String> netdevs = new TreeSet<>();
  private final Set<String> objects = new TreeSet<>();
  private final Map<String, Long> sizes = new HashMap<>();
  private final Set<String> chardevs = new TreeSet<>();
  private final Set<String> servers = new TreeSet<>();
  private final Set<String> asked = new TreeSet<>();
  private boolean holdsOn;
  private int timesInUse;

  FakeBackplane(FakeQemu qemu, LaunchRecord launch, FakeDrives drives, BooleanSupplier guestRuns) {
    this.qemu = qemu;
    this.drives = drives;
    this.guestRuns = guestRuns;
    this.cpus =
        launch.devices().stream()
            .map(DeviceRecord::id)
            .filter(id -> id.startsWith("cpu-"))
            .toList();
    for (DeviceRecord device : launch.devices()) {
      if (device.kind().equals(Iothreads.KIND)) {
        objects.add(device.id());
        continue;
      }
      if (!NOT_PLUGGED.contains(device.kind())) {
        devices.add(device.id());
      }
      nodes.addAll(device.nodes());
      if (device.kind().equals("nic")) {
        netdevs.add("net-" + device.name());
      }
      if (device.kind().equals(LaunchRecord.SHARE)) {
        chardevs.add(device.id());
        servers.add(device.name());
      }
      objects.add(device.id() + OBJECT);
      if (device.kind().equals(SerialSockets.CHANNEL)
          || device.kind().equals(SerialSockets.PCI_SERIAL)) {
        chardevs.add(device.id());
      }
    }
    qemu.answer(
        "qom-list",
        arguments -> list(arguments.path("path").asText().equals("/objects") ? objects : devices));
    qemu.reply("blockdev-add", this::addNode);
    qemu.reply("blockdev-del", this::removeNode);
    qemu.reply("object-add", this::addObject);
    qemu.reply("object-del", this::removeObject);
    qemu.reply("chardev-add", this::addChardev);
    qemu.reply("chardev-remove", this::removeChardev);
    qemu.answer("query-iothreads", arguments -> iothreads());
    qemu.reply("netdev_add", this::addNetdev);
    qemu.reply("netdev_del", this::removeNetdev);
    qemu.reply("device_add", this::plug);
    qemu.reply("device_del", this::unplug);
    qemu.answer("query-memory-devices", arguments -> memory());
    qemu.answer("query-hotpluggable-cpus", arguments -> cpus());
  }

  /** The ids of what is plugged in. */
  public synchronized Set<String> devices() {
    return Set.copyOf(devices);
  }

  /** The names of its nodes. */
  public synchronized Set<String> nodes() {
    return Set.copyOf(nodes);
  }

  /** The ids of its netdevs. */
  public synchronized Set<String> netdevs() {
    return Set.copyOf(netdevs);
  }

  /** The ids of its chardevs. */
  public synchronized Set<String> chardevs() {
    return Set.copyOf(chardevs);
  }

  /** The names of the shares that are served. */
  public synchronized Set<String> servers() {
    return Set.copyOf(servers);
  }

  /** Somebody serves that share. */
  synchronized void serve(ServeShare serve) {
    servers.add(serve.share());
  }

  /** Nobody serves that share any more. */
  synchronized void endServer(String share) {
    servers.remove(share);
  }

  /** The sizes of its DIMMs, by their ids. */
  public synchronized Map<String, Long> dimms() {
    Map<String, Long> dimms = new HashMap<>();
    devices.stream().filter(Dimms::isOne).forEach(it -> dimms.put(it, sizes.get(it + SOURCE)));
    return dimms;
  }

  /** Somebody plugs in a DIMM by hand. */
  public synchronized void plugDimm(String id, long bytes) {
    sizes.put(id + SOURCE, bytes);
    objects.add(id + SOURCE);
    devices.add(id);
  }

  /** How much memory all of them have. */
  long dimmBytes() {
    return dimms().values().stream().mapToLong(Long::longValue).sum();
  }

  /** What backs DIMMs, or has backed one. */
  public synchronized List<String> sources() {
    return objects.stream().filter(object -> object.endsWith(SOURCE)).toList();
  }

  /** Whether the object is there that was made for that small device. */
  public synchronized boolean hasObjectOf(String device) {
    return objects.contains(device + OBJECT);
  }

  /** From now on the guest lets go of nothing. */
  public synchronized void holdOn() {
    holdsOn = true;
  }

  /** So many of the next requests to free a node come before it is out of use. */
  public synchronized void keepNodesInUse(int times) {
    timesInUse = times;
  }

  /** The guest lets go of what it was asked for, and of all it is asked for from now on. */
  public void letGo() {
    synchronized (this) {
      holdsOn = false;
    }
    guestGoesOn();
  }

  /** The guest says no to that device. */
  public void refuse(String device) {
    synchronized (this) {
      asked.remove(device);
    }
    qemu.emit(
        "DEVICE_UNPLUG_GUEST_ERROR",
        "{\"device\": \"" + device + "\", \"path\": \"/machine/peripheral/" + device + "\"}");
  }

  /** The guest takes a device out by itself. */
  public void eject(String device) {
    synchronized (this) {
      asked.add(device);
    }
    guestGoesOn();
  }

  /** If it runs, the guest lets go of what it was asked for. */
  void guestGoesOn() {
    List<String> gone = new ArrayList<>();
    boolean runs = guestRuns.getAsBoolean();
    synchronized (this) {
      if (runs && !holdsOn) {
        gone.addAll(asked);
        devices.removeAll(asked);
        asked.clear();
      }
    }
    gone.forEach(
        device ->
            qemu.emit(
                "DEVICE_DELETED",
                "{\"device\": \""
                    + device
                    + "\", \"path\": \"/machine/peripheral/"
                    + device
                    + "\"}"));
  }

  /** The DIMMs, with the sizes of what backs them. */
  private synchronized ArrayNode memory() {
    ArrayNode all = Json.array();
    for (String dimm : devices.stream().filter(Dimms::isOne).toList()) {
      all.addObject()
          .put("type", "dimm")
          .putObject("data")
          .put("id", dimm)
          .put("addr", 1L << 32)
          .put("size", sizes.get(dimm + SOURCE))
          .put("slot", 0)
          .put("node", 0)
          .put("memdev", "/objects/" + dimm + SOURCE)
          .put("hotplugged", true)
          .put("hotpluggable", true);
    }
    return all;
  }

  private synchronized ArrayNode list(Set<String> names) {
    ArrayNode parts = Json.array();
    parts.addObject().put("name", "type").put("type", "string");
    names.forEach(device -> parts.addObject().put("name", device).put("type", "child<device>"));
    return parts;
  }

  /** The ids of its threads that serve disks. */
  public synchronized Set<String> threads() {
    return objects.stream().filter(Iothreads::isId).collect(Collectors.toSet());
  }

  private ArrayNode iothreads() {
    ArrayNode all = Json.array();
    threads().forEach(id -> all.addObject().put("id", id).put("thread-id", 72));
    return all;
  }

  private synchronized ArrayNode cpus() {
    ArrayNode all = Json.array();
    for (String cpu : cpus) {
      ObjectNode slot = all.insertObject(0).put("type", "max-x86_64-cpu").put("vcpus-count", 1);
      slot.putObject("props").put("core-id", cpus.indexOf(cpu) + 1);
      if (devices.contains(cpu)) {
        slot.put("qom-path", "/machine/peripheral/" + cpu);
      }
    }
    ObjectNode first = all.addObject().put("type", "max-x86_64-cpu").put("vcpus-count", 1);
    first.put("qom-path", "/machine/unattached/device[0]").putObject("props").put("core-id", 0);
    return all;
  }

  private synchronized ObjectNode addNode(ObjectNode arguments) {
    String node = arguments.path("node-name").asText();
    return nodes.add(node)
        ? done()
        : FakeQemu.refusal("GenericError", "Duplicate nodes with node-name='" + node + "'");
  }

  private synchronized ObjectNode removeNode(ObjectNode arguments) {
    String node = arguments.path("node-name").asText();
    String device = "disk-" + node.replaceFirst("-(file|format)$", "");
    boolean used = devices.contains(device) && !drives.isEmpty(device);
    if (used || timesInUse-- > 0) {
      return FakeQemu.refusal("GenericError", "Node " + node + " is in use");
    }
    return nodes.remove(node)
        ? done()
        : FakeQemu.refusal("GenericError", "Failed to find node with node-name='" + node + "'");
  }

  private synchronized ObjectNode addObject(ObjectNode arguments) {
    String object = arguments.path("id").asText();
    sizes.put(object, arguments.path("size").asLong());
    return objects.add(object)
        ? done()
        : FakeQemu.refusal("GenericError", "attempt to add duplicate property '" + object + "'");
  }

  private synchronized ObjectNode removeObject(ObjectNode arguments) {
    String object = arguments.path("id").asText();
    if (devices.contains(object.replaceFirst("(" + OBJECT + "|" + SOURCE + ")$", ""))) {
      return FakeQemu.refusal(
          "GenericError", "object '" + object + "' is in use, can not be deleted");
    }
    return objects.remove(object)
        ? done()
        : FakeQemu.refusal("GenericError", "object '" + object + "' not found");
  }

  private synchronized ObjectNode addChardev(ObjectNode arguments) {
    String chardev = arguments.path("id").asText();
    return chardevs.add(chardev)
        ? done()
        : FakeQemu.refusal("GenericError", "Chardev with id '" + chardev + "' already exists");
  }

  private synchronized ObjectNode removeChardev(ObjectNode arguments) {
    String chardev = arguments.path("id").asText();
    if (devices.contains(chardev)) {
      return FakeQemu.refusal("GenericError", "Chardev '" + chardev + "' is busy");
    }
    return chardevs.remove(chardev)
        ? done()
        : FakeQemu.refusal("GenericError", "Chardev '" + chardev + "' not found");
  }

  private synchronized ObjectNode addNetdev(ObjectNode arguments) {
    String netdev = arguments.path("id").asText();
    return netdevs.add(netdev)
        ? done()
        : FakeQemu.refusal("GenericError", "Duplicate ID '" + netdev + "' for netdev");
  }

  private synchronized ObjectNode removeNetdev(ObjectNode arguments) {
    String netdev = arguments.path("id").asText();
    if (devices.contains(netdev.replaceFirst("^net-", "nic-"))) { // QEMU would cut the guest off
      return FakeQemu.refusal("GenericError", "Netdev " + netdev + " is in use");
    }
    return netdevs.remove(netdev)
        ? done()
        : FakeQemu.refusal("DeviceNotFound", "Device '" + netdev + "' not found");
  }

  private synchronized ObjectNode plug(ObjectNode arguments) {
    String device = arguments.path("id").asText();
    return devices.add(device)
        ? done()
        : FakeQemu.refusal("GenericError", "Duplicate device ID '" + device + "'");
  }

  private ObjectNode unplug(ObjectNode arguments) {
    String device = arguments.path("id").asText();
    synchronized (this) {
      if (!devices.contains(device)) {
        return FakeQemu.refusal("DeviceNotFound", "Device '" + device + "' not found");
      }
      if (!asked.add(device)) {
        return FakeQemu.refusal(
            "GenericError", "Device " + device + " is already in the process of unplug");
      }
    }
    guestGoesOn();
    return done();
  }

  private static ObjectNode done() {
    ObjectNode reply = Json.object();
    reply.putObject("return");
    return reply;
  }
}
