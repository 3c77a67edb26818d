package dev.berth.domain;

import dev.berth.api.Api;

/**
 * The codes of {@link DomainEvent#type()} that this version sends. Append-only; each has a record
 * in {@link EventBody}.
 */
@Api(since = "0.1")
public final class EventTypes {
  /** A domain was defined for the first time. */
  public static final String DEFINED = "domain.defined";

  /** A domain's definition was replaced. */
  public static final String REDEFINED = "domain.redefined";

  /** A domain is no more. */
  public static final String UNDEFINED = "domain.undefined";

  /** A domain changed its state or reason: attributes {@code from, state, reason, detail}. */
  public static final String STATE = "domain.state";

  /** The guest rebooted or was reset: attribute {@code cause}. */
  public static final String RESET = "domain.reset";

  /** A guest was asked to shut down. */
  public static final String SHUTDOWN_REQUESTED = "domain.shutdown-requested";

  /** A machine became responsive, busy or stalled: attribute {@code liveness}. */
  public static final String LIVENESS = "domain.liveness";

  /** The host process adopted a running machine. */
  public static final String ADOPTED = "domain.adopted";

  /**
   * An operation was cut off by a restart of the host process: attributes {@code verb, decision}.
   */
  public static final String RECOVERED = "domain.recovered";

  /** The host has booted, and starts a domain by itself: attribute {@code boot}. */
  public static final String AUTOSTART_DUE = "domain.autostart-due";

  /** A domain that was started by itself after the host's boot is up. */
  public static final String AUTOSTARTED = "domain.autostarted";

  /** A domain has failed and will be started again: attributes {@code try, at, cause}. */
  public static final String RESTART_DUE = "domain.restart-due";

  /** A domain that has failed is up again: attribute {@code try}. */
  public static final String RESTARTED = "domain.restarted";

  /** A start by the host itself is off, because somebody wants something else of the domain. */
  public static final String RESTART_CANCELLED = "domain.restart-cancelled";

  /** The host does not try any more to start a domain: attributes {@code tries, cause}. */
  public static final String RESTART_GIVEN_UP = "domain.restart-given-up";

  /**
   * Somebody sent QEMU a command by hand that may change the machine: attribute {@code command}.
   */
  public static final String TOUCHED = "domain.touched";

  /**
   * The host has closed files of a machine that no node used any more: attributes {@code fdset,
   * was}.
   */
  public static final String FDSET_FREED = "domain.fdset-freed";

  /**
   * What served a share has ended, and the guest does not reach it any more: attribute {@code
   * share}.
   */
  public static final String SHARE_LOST = "domain.share-lost";

  /** Somebody has keys pressed: attribute {@code count}. */
  public static final String KEYS_SENT = "domain.keys-sent";

  /** Somebody has an NMI injected. */
  public static final String NMI_INJECTED = "domain.nmi-injected";

  /**
   * QEMU reported an I/O error of a guest's disk: attributes {@code name, node, operation, action,
   * reason, nospace}.
   */
  public static final String IO_ERROR = "domain.io-error";

  /**
   * QEMU found an image corrupt: attributes {@code name, node, message, fatal, offset, size}. After
   * a fatal one the image cannot be used any more.
   */
  public static final String IMAGE_CORRUPTED = "domain.image-corrupted";

  /**
   * More was written to a node than its threshold: attributes {@code name, node, threshold,
   * exceeded}.
   */
  public static final String BLOCK_THRESHOLD = "domain.block-threshold";

  /**
   * The hardware reported broken memory: attributes {@code recipient, action, action-required,
   * recursive}.
   */
  public static final String MEMORY_FAILURE = "domain.memory-failure";

  /** The watchdog has fired: attribute {@code action}. */
  public static final String WATCHDOG = "domain.watchdog";

  /** The guest has panicked: attributes {@code action, info}. */
  public static final String PANICKED = "domain.panicked";

  /** The guest has panicked and runs a crash kernel: attributes {@code action, info}. */
  public static final String CRASH_LOADED = "domain.crash-loaded";

  /** A device is no part of the machine any more: attributes {@code device, name}. */
  public static final String DEVICE_DELETED = "domain.device-deleted";

  /** The guest does not let a device go: attributes {@code device, name, reason}. */
  public static final String UNPLUG_REFUSED = "domain.unplug-refused";

  /** The tray of a drive was opened or closed: attributes {@code device, name, open}. */
  public static final String TRAY_MOVED = "domain.tray-moved";

  /** The guest changed which frames a NIC takes: attributes {@code device, name}. */
  public static final String RX_FILTER_CHANGED = "domain.rx-filter-changed";

  /** A VNC client has connected: attributes {@code host, service, family}. */
  public static final String VNC_CONNECTED = "domain.vnc-connected";

  /** A VNC client is let in and sees the screen: attributes {@code host, service, family, user}. */
  public static final String VNC_INITIALIZED = "domain.vnc-initialized";

  /** A VNC client is gone: attributes {@code host, service, family, user}. */
  public static final String VNC_DISCONNECTED = "domain.vnc-disconnected";

  /** A disk was added to a machine: attribute {@code disk}. */
  public static final String DISK_ATTACHED = "domain.disk-attached";

  /** A disk is no part of a machine any more: attribute {@code disk}. */
  public static final String DISK_DETACHED = "domain.disk-detached";

  /** A network interface was added to a machine: attribute {@code nic}. */
  public static final String NIC_ATTACHED = "domain.nic-attached";

  /** A network interface is no part of a machine any more: attribute {@code nic}. */
  public static final String NIC_DETACHED = "domain.nic-detached";

  /**
   * Something that a machine has is another now: attributes {@code what, subject, value}. {@code
   * what} is an open family: {@code throttle} of a disk, its {@code latency-histogram}, its {@code
   * size}, the {@code medium} in a drive, the {@code link} of a network interface.
   */
  public static final String ADJUSTED = "domain.adjusted";

  /** A share was added to a machine: attribute {@code share}. */
  public static final String SHARE_ATTACHED = "domain.share-attached";

  /** A share is no part of a machine any more: attribute {@code share}. */
  public static final String SHARE_DETACHED = "domain.share-detached";

  /** Another device was added to a machine: attribute {@code device}. */
  public static final String DEVICE_ATTACHED = "domain.device-attached";

  /** Another device is no part of a machine any more: attribute {@code device}. */
  public static final String DEVICE_DETACHED = "domain.device-detached";

  /** A job has begun: attributes {@code job, kind, subject}. */
  public static final String JOB_STARTED = "job.started";

  /** A job has come to an end: attributes {@code job, kind, subject, state, phase, detail}. */
  public static final String JOB_ENDED = "job.ended";

  /** A directory has become a pool: attributes {@code pool, directory}. */
  public static final String POOL_CREATED = "pool.created";

  /** A pool was forgotten: attribute {@code pool}. */
  public static final String POOL_DELETED = "pool.deleted";

  /** An image is in its pool, complete: attribute {@code image}. */
  public static final String IMAGE_CREATED = "image.created";

  /** An image is no more: attribute {@code image}. */
  public static final String IMAGE_DELETED = "image.deleted";

  /** The host process opened its store. */
  public static final String HOST_STARTED = "host.started";

  /** A damaged store was set aside and rebuilt: attributes {@code detail}. */
  public static final String STORE_REBUILT = "host.store-rebuilt";

  /**
   * A reader's cursor is older than what is kept: attributes {@code from, to}. Only ever sent to
   * that reader.
   */
  public static final String MISSED = "host.events-missed";

  private EventTypes() {}
}
