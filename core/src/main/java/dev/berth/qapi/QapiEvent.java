package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.QmpEvent;
import java.util.Optional;

/** An event of QEMU with its members typed. */
public sealed interface QapiEvent {

  /**
   * The typed form of an event; {@link Unknown} for one that this version does not know, and for
   * one that lacks what it must have. Never throws: one odd event must not end the stream.
   */
  static QapiEvent decode(QmpEvent event) {
    JsonNode data = event.data();
    try {
      return switch (event.name()) {
        case "SHUTDOWN" -> new Shutdown(Json.flag(data, "guest"), cause(data));
        case "RESET" -> new Reset(Json.flag(data, "guest"), cause(data));
        case "POWERDOWN" -> new Powerdown();
        case "STOP" -> new Stopped();
        case "RESUME" -> new Resumed();
        case "SUSPEND" -> new Suspended();
        case "WAKEUP" -> new Wakeup();
        case "WATCHDOG" -> new Watchdog(new WatchdogAction(Json.text(data, "action")));
        case "GUEST_PANICKED" ->
            new GuestPanicked(
                new GuestPanicAction(Json.text(data, "action")), Json.optionalObject(data, "info"));
        case "DEVICE_DELETED" ->
            new DeviceDeleted(Json.optionalText(data, "device"), Json.text(data, "path"));
        case "BLOCK_IO_ERROR" -> blockIoError(data);
        default -> new Unknown(event);
      };
    } catch (MalformedReplyException e) {
      return new Unknown(event);
    }
  }

  private static ShutdownCause cause(JsonNode data) {
    return Json.optionalText(data, "reason").map(ShutdownCause::new).orElse(ShutdownCause.NONE);
  }

  private static BlockIoError blockIoError(JsonNode data) {
    return new BlockIoError(
        Json.text(data, "device"),
        Json.optionalText(data, "node-name"),
        new IoOperationType(Json.text(data, "operation")),
        new BlockErrorAction(Json.text(data, "action")),
        Json.optionalFlag(data, "nospace").orElse(false),
        Json.optionalText(data, "reason").orElse(""));
  }

  /**
   * The machine shut down; QEMU exits next unless it was told to stay. QAPI {@code SHUTDOWN}, since
   * 0.12.
   *
   * @param guest whether the guest did it
   * @param reason why; since 4.0
   */
  record Shutdown(boolean guest, ShutdownCause reason) implements QapiEvent {}

  /**
   * The machine was reset. QAPI {@code RESET}, since 0.12.
   *
   * @param guest whether the guest did it
   * @param reason why; since 4.0
   */
  record Reset(boolean guest, ShutdownCause reason) implements QapiEvent {}

  /** The power button was pressed. QAPI {@code POWERDOWN}, since 0.12. */
  record Powerdown() implements QapiEvent {}

  /** The guest was stopped. QAPI {@code STOP}, since 0.12. */
  record Stopped() implements QapiEvent {}

  /** The guest runs. QAPI {@code RESUME}, since 0.12. */
  record Resumed() implements QapiEvent {}

  /** The guest went to sleep (ACPI S3). QAPI {@code SUSPEND}, since 1.1. */
  record Suspended() implements QapiEvent {}

  /** The guest woke up. QAPI {@code WAKEUP}, since 1.1. */
  record Wakeup() implements QapiEvent {}

  /**
   * The watchdog barked. QAPI {@code WATCHDOG}, since 0.13.
   *
   * @param action what QEMU does about it
   */
  record Watchdog(WatchdogAction action) implements QapiEvent {}

  /**
   * The guest reported a panic. QAPI {@code GUEST_PANICKED}, since 1.5.
   *
   * @param action what QEMU does about it
   * @param info what the guest told, by QAPI {@code GuestPanicInformation}; since 2.9
   */
  record GuestPanicked(GuestPanicAction action, Optional<ObjectNode> info) implements QapiEvent {}

  /**
   * A device is gone. QAPI {@code DEVICE_DELETED}, since 1.5.
   *
   * @param device its id, if it had one
   * @param path its QOM path
   */
  record DeviceDeleted(Optional<String> device, String path) implements QapiEvent {}

  /**
   * A disk access failed. QAPI {@code BLOCK_IO_ERROR}, since 0.13.
   *
   * @param device the backend of a {@code -drive}, empty for a {@code blockdev}
   * @param nodeName the node, if it has a name; since 2.8
   * @param operation the direction
   * @param action what QEMU does about it
   * @param nospace whether the host has no space; since 2.2
   * @param reason the host's words, for people; since 2.2
   */
  record BlockIoError(
      String device,
      Optional<String> nodeName,
      IoOperationType operation,
      BlockErrorAction action,
      boolean nospace,
      String reason)
      implements QapiEvent {}

  /**
   * Any other event.
   *
   * @param event as it came
   */
  record Unknown(QmpEvent event) implements QapiEvent {}
}
