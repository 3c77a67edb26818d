package dev.berth.domain;

import dev.berth.domain.EventBody.Unknown;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/** The attributes of one event, read by its type. */
final class EventAttributes {
  private final Map<String, String> attributes;

  EventAttributes(Map<String, String> attributes) {
    this.attributes = attributes;
  }

  EventBody body(String type) {
    try {
      return switch (type.substring(0, type.indexOf('.') + 1)) {
        case "host." -> ofHost(type);
        case "job." -> ofJob(type);
        case "pool.", "image." -> ofImages(type);
        default -> ofDomain(type);
      };
    } catch (IllegalArgumentException | DateTimeParseException newer) {
      return new Unknown(type, attributes);
    }
  }

  private EventBody ofHost(String type) {
    return switch (type) {
      case EventTypes.HOST_STARTED -> new EventBody.HostStarted(text("version"));
      case EventTypes.STORE_REBUILT -> new EventBody.StoreRebuilt(text("detail"));
      case EventTypes.MISSED -> new EventBody.EventsMissed(number("from"), number("to"));
      default -> new Unknown(type, attributes);
    };
  }

  private EventBody ofJob(String type) {
    return switch (type) {
      case EventTypes.JOB_STARTED ->
          new EventBody.JobStarted(text("job"), text("kind"), text("subject"));
      case EventTypes.JOB_ENDED ->
          new EventBody.JobEnded(
              text("job"),
              text("kind"),
              text("subject"),
              text("state"),
              text("phase"),
              text("detail"));
      default -> new Unknown(type, attributes);
    };
  }

  private EventBody ofImages(String type) {
    return switch (type) {
      case EventTypes.POOL_CREATED ->
          new EventBody.PoolCreated(text("pool"), Path.of(text("directory")));
      case EventTypes.POOL_DELETED -> new EventBody.PoolDeleted(text("pool"));
      case EventTypes.IMAGE_CREATED -> new EventBody.ImageCreated(text("image"));
      case EventTypes.IMAGE_DELETED -> new EventBody.ImageDeleted(text("image"));
      default -> new Unknown(type, attributes);
    };
  }

  private EventBody ofDomain(String type) {
    return switch (type) {
      case EventTypes.DEFINED -> new EventBody.Defined(number("revision"));
      case EventTypes.REDEFINED -> new EventBody.Redefined(number("revision"));
      case EventTypes.UNDEFINED -> new EventBody.Undefined();
      case EventTypes.STATE ->
          new EventBody.StateChanged(
              DomainState.of(text("from")),
              DomainState.of(text("state")),
              StateReason.of(text("reason")),
              optional("detail"));
      case EventTypes.RESET -> new EventBody.Reset(text("cause"));
      case EventTypes.SHUTDOWN_REQUESTED ->
          new EventBody.ShutdownRequested(Duration.parse(text("timeout")), text("then"));
      case EventTypes.LIVENESS -> new EventBody.LivenessChanged(Liveness.of(text("liveness")));
      case EventTypes.ADOPTED -> new EventBody.Adopted();
      case EventTypes.RECOVERED -> new EventBody.Recovered(text("verb"), text("decision"));
      case EventTypes.TOUCHED -> new EventBody.Touched(text("command"));
      case EventTypes.FDSET_FREED -> new EventBody.FdsetFreed(number("fdset"), text("was"));
      case EventTypes.SHARE_LOST -> new EventBody.ShareLost(text("share"));
      case EventTypes.KEYS_SENT -> new EventBody.KeysSent(number("count"));
      case EventTypes.NMI_INJECTED -> new EventBody.NmiInjected();
      case EventTypes.DISK_ATTACHED -> new EventBody.DiskAttached(text("disk"));
      case EventTypes.DISK_DETACHED -> new EventBody.DiskDetached(text("disk"));
      case EventTypes.NIC_ATTACHED -> new EventBody.NicAttached(text("nic"));
      case EventTypes.NIC_DETACHED -> new EventBody.NicDetached(text("nic"));
      case EventTypes.ADJUSTED ->
          new EventBody.Adjusted(text("what"), text("subject"), text("value"));
      case EventTypes.SHARE_ATTACHED -> new EventBody.ShareAttached(text("share"));
      case EventTypes.SHARE_DETACHED -> new EventBody.ShareDetached(text("share"));
      case EventTypes.DEVICE_ATTACHED -> new EventBody.DeviceAttached(text("device"));
      case EventTypes.DEVICE_DETACHED -> new EventBody.DeviceDetached(text("device"));
      default -> ofPolicy(type);
    };
  }

  /** What QEMU or the guest does. */
  private EventBody ofMachine(String type) {
    return switch (type) {
      case EventTypes.MEMORY_FAILURE ->
          new EventBody.MemoryFailure(
              text("recipient"), text("action"), flag("action-required"), flag("recursive"));
      case EventTypes.WATCHDOG -> new EventBody.WatchdogFired(text("action"));
      case EventTypes.PANICKED -> new EventBody.Panicked(text("action"), optional("info"));
      case EventTypes.CRASH_LOADED -> new EventBody.CrashLoaded(text("action"), optional("info"));
      case EventTypes.VNC_CONNECTED ->
          new EventBody.VncConnected(text("host"), text("service"), text("family"));
      case EventTypes.VNC_INITIALIZED ->
          new EventBody.VncInitialized(
              text("host"), text("service"), text("family"), optional("user"));
      case EventTypes.VNC_DISCONNECTED ->
          new EventBody.VncDisconnected(
              text("host"), text("service"), text("family"), optional("user"));
      default -> ofDevice(type);
    };
  }

  private EventBody ofDevice(String type) {
    Optional<String> name = optional("name");
    return switch (type) {
      case EventTypes.IO_ERROR ->
          new EventBody.IoError(
              name,
              text("node"),
              text("operation"),
              text("action"),
              text("reason"),
              flag("nospace"));
      case EventTypes.IMAGE_CORRUPTED ->
          new EventBody.ImageCorrupted(name, text("node"), text("message"), flag("fatal"));
      case EventTypes.BLOCK_THRESHOLD ->
          new EventBody.BlockThreshold(name, text("node"), number("threshold"), number("exceeded"));
      case EventTypes.DEVICE_DELETED -> new EventBody.DeviceDeleted(text("device"), name);
      case EventTypes.UNPLUG_REFUSED ->
          new EventBody.UnplugRefused(text("device"), name, optional("reason"));
      case EventTypes.TRAY_MOVED -> new EventBody.TrayMoved(text("device"), name, flag("open"));
      case EventTypes.RX_FILTER_CHANGED -> new EventBody.RxFilterChanged(text("device"), name);
      default -> new Unknown(type, attributes);
    };
  }

  private EventBody ofPolicy(String type) {
    return switch (type) {
      case EventTypes.AUTOSTART_DUE -> new EventBody.AutostartDue(text("boot"));
      case EventTypes.AUTOSTARTED -> new EventBody.Autostarted();
      case EventTypes.RESTART_DUE ->
          new EventBody.RestartDue(count("try"), Instant.parse(text("at")), text("cause"));
      case EventTypes.RESTARTED -> new EventBody.Restarted(count("try"));
      case EventTypes.RESTART_CANCELLED -> new EventBody.RestartCancelled();
      case EventTypes.RESTART_GIVEN_UP ->
          new EventBody.RestartGivenUp(count("tries"), text("cause"));
      default -> ofMachine(type);
    };
  }

  private int count(String name) {
    return Integer.parseInt(text(name));
  }

  private String text(String name) {
    String value = attributes.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no attribute '" + name + "'");
    }
    return value;
  }

  private Optional<String> optional(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  private boolean flag(String name) {
    return Boolean.parseBoolean(attributes.get(name));
  }

  private long number(String name) {
    return Long.parseLong(text(name));
  }
}
