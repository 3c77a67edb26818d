package dev.berth.engine.qemu;

import static java.util.Map.entry;

import dev.berth.domain.EventTypes;
import dev.berth.json.Json;
import dev.berth.qapi.QapiEvent;
import dev.berth.qapi.QapiValue;
import dev.berth.qapi.block.BlockImageCorruptedEvent;
import dev.berth.qapi.block.BlockIoErrorEvent;
import dev.berth.qapi.block.BlockWriteThresholdEvent;
import dev.berth.qapi.block.DeviceTrayMovedEvent;
import dev.berth.qapi.machine.MemUnplugErrorEvent;
import dev.berth.qapi.net.NicRxFilterChangedEvent;
import dev.berth.qapi.qdev.DeviceDeletedEvent;
import dev.berth.qapi.qdev.DeviceUnplugGuestErrorEvent;
import dev.berth.qapi.runstate.GuestCrashloadedEvent;
import dev.berth.qapi.runstate.GuestPanicInformation;
import dev.berth.qapi.runstate.GuestPanickedEvent;
import dev.berth.qapi.runstate.MemoryFailureEvent;
import dev.berth.qapi.runstate.WatchdogEvent;
import dev.berth.qapi.ui.VncBasicInfo;
import dev.berth.qapi.ui.VncClientInfo;
import dev.berth.qapi.ui.VncConnectedEvent;
import dev.berth.qapi.ui.VncDisconnectedEvent;
import dev.berth.qapi.ui.VncInitializedEvent;
import dev.berth.qmp.QmpEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Which of QEMU's events an operator is told of, as events of the domain, and with which
 * attributes. What says nothing that an operator could act on has no entry here; it reaches those
 * who watch QEMU's own events. Texts are of a guest's or a stranger's making, and cut. Pure.
 */
public final class GuestNotes {
  private static final int LONGEST_TEXT = 500;

  private static final Map<String, Kind<?>> KINDS =
      Map.ofEntries(
          entry(
              "BLOCK_IO_ERROR",
              new Kind<>(EventTypes.IO_ERROR, BlockIoErrorEvent.class, GuestNotes::ioError)),
          entry(
              "BLOCK_IMAGE_CORRUPTED",
              new Kind<>(
                  EventTypes.IMAGE_CORRUPTED,
                  BlockImageCorruptedEvent.class,
                  GuestNotes::imageCorrupted)),
          entry(
              "BLOCK_WRITE_THRESHOLD",
              new Kind<>(
                  EventTypes.BLOCK_THRESHOLD,
                  BlockWriteThresholdEvent.class,
                  (event, note) ->
                      note.put("node", event.nodeName())
                          .put("threshold", Long.toUnsignedString(event.writeThreshold()))
                          .put("exceeded", Long.toUnsignedString(event.amountExceeded())))),
          entry(
              "MEMORY_FAILURE",
              new Kind<>(
                  EventTypes.MEMORY_FAILURE, MemoryFailureEvent.class, GuestNotes::memoryFailure)),
          entry(
              "WATCHDOG",
              new Kind<>(
                  EventTypes.WATCHDOG,
                  WatchdogEvent.class,
                  (event, note) -> note.put("action", event.action().value()))),
          entry(
              "GUEST_PANICKED",
              new Kind<>(
                  EventTypes.PANICKED,
                  GuestPanickedEvent.class,
                  (event, note) -> panic(event.action().value(), event.info(), note))),
          entry(
              "GUEST_CRASHLOADED",
              new Kind<>(
                  EventTypes.CRASH_LOADED,
                  GuestCrashloadedEvent.class,
                  (event, note) -> panic(event.action().value(), event.info(), note))),
          entry(
              "DEVICE_DELETED",
              new Kind<>(
                  EventTypes.DEVICE_DELETED,
                  DeviceDeletedEvent.class,
                  (event, note) -> note.put("device", event.device().orElse("")))),
          entry(
              "DEVICE_UNPLUG_GUEST_ERROR",
              new Kind<>(
                  EventTypes.UNPLUG_REFUSED,
                  DeviceUnplugGuestErrorEvent.class,
                  (event, note) -> note.put("device", event.device().orElse(event.path())))),
          entry(
              "MEM_UNPLUG_ERROR",
              new Kind<>(
                  EventTypes.UNPLUG_REFUSED,
                  MemUnplugErrorEvent.class,
                  (event, note) -> note.put("device", event.device()).put("reason", event.msg()))),
          entry(
              "DEVICE_TRAY_MOVED",
              new Kind<>(
                  EventTypes.TRAY_MOVED,
                  DeviceTrayMovedEvent.class,
                  (event, note) ->
                      note.put("device", event.id().orElse(event.device()))
                          .put("open", Boolean.toString(event.trayOpen())))),
          entry(
              "NIC_RX_FILTER_CHANGED",
              new Kind<>(
                  EventTypes.RX_FILTER_CHANGED,
                  NicRxFilterChangedEvent.class,
                  (event, note) -> note.put("device", event.name().orElse(event.path())))),
          entry(
              "VNC_CONNECTED",
              new Kind<>(
                  EventTypes.VNC_CONNECTED,
                  VncConnectedEvent.class,
                  (event, note) -> peer(event.client(), note))),
          entry(
              "VNC_INITIALIZED",
              new Kind<>(
                  EventTypes.VNC_INITIALIZED,
                  VncInitializedEvent.class,
                  (event, note) -> client(event.client(), note))),
          entry(
              "VNC_DISCONNECTED",
              new Kind<>(
                  EventTypes.VNC_DISCONNECTED,
                  VncDisconnectedEvent.class,
                  (event, note) -> client(event.client(), note))));

  /** What becomes of one of QEMU's events. */
  private record Kind<E extends QapiEvent>(
      String type, Class<E> event, BiConsumer<E, Attributes> telling) {

    /** What is told of it; empty for one that lacks what it must have. */
    Optional<QemuNews.Note> note(QapiEvent decoded) {
      if (!event.isInstance(decoded)) {
        return Optional.empty();
      }
      Attributes attributes = new Attributes();
      telling.accept(event.cast(decoded), attributes);
      return Optional.of(new QemuNews.Note(type, attributes.texts));
    }
  }

  private GuestNotes() {}

  /** What is told of an event of QEMU's, if anything is. */
  static Optional<QemuNews.Note> of(QmpEvent event) {
    Kind<?> kind = KINDS.get(event.name());
    return kind == null || isOfNoId(event) ? Optional.empty() : kind.note(QapiEvent.decode(event));
  }

  /** Parts of a device have no ids, and go with it. */
  private static boolean isOfNoId(QmpEvent event) {
    return event.name().equals("DEVICE_DELETED") && !event.data().has("device");
  }

  private static void ioError(BlockIoErrorEvent event, Attributes note) {
    note.put("node", event.nodeName().orElse(""))
        .put("operation", event.operation().value())
        .put("action", event.action().value())
        .put("reason", event.reason().orElse(""))
        .put("nospace", Boolean.toString(event.nospace().orElse(false)));
  }

  private static void imageCorrupted(BlockImageCorruptedEvent event, Attributes note) {
    note.put("node", event.nodeName().orElse(""))
        .put("message", event.msg())
        .put("fatal", Boolean.toString(event.fatal()));
    event.offset().ifPresent(offset -> note.put("offset", Long.toString(offset)));
    event.size().ifPresent(size -> note.put("size", Long.toString(size)));
  }

  private static void memoryFailure(MemoryFailureEvent event, Attributes note) {
    note.put("recipient", event.recipient().value())
        .put("action", event.action().value())
        .put("action-required", Boolean.toString(event.flags().actionRequired()))
        .put("recursive", Boolean.toString(event.flags().recursive()));
  }

  private static void panic(
      String action, Optional<GuestPanicInformation> info, Attributes attributes) {
    attributes.put("action", action);
    info.map(QapiValue::encode).ifPresent(known -> attributes.put("info", Json.text(known)));
  }

  private static void peer(VncBasicInfo client, Attributes note) {
    note.put("host", client.host())
        .put("service", client.service())
        .put("family", client.family().value());
  }

  private static void client(VncClientInfo client, Attributes note) {
    note.put("host", client.host())
        .put("service", client.service())
        .put("family", client.family().value());
    client.saslUsername().or(client::x509Dname).ifPresent(user -> note.put("user", user));
  }

  /** Attributes in the making. */
  private static final class Attributes {
    private final Map<String, String> texts = new LinkedHashMap<>();

    Attributes put(String name, String text) {
      texts.put(name, text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT));
      return this;
    }
  }
}
