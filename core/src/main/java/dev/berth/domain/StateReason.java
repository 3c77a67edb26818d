package dev.berth.domain;

import dev.berth.api.Api;

/** Why a domain is in its state; names are libvirt's where it has one. */
@Api(since = "0.1")
public enum StateReason {
  /** Defined and never started. */
  UNKNOWN("unknown"),
  /** Running since a start. */
  BOOTED("booted"),
  /** Running since a resume. */
  UNPAUSED("unpaused"),
  /** Running since a wake-up from suspend to RAM. */
  WAKEUP("wakeup"),
  /** Paused or destroyed because a user asked. */
  USER("user"),
  /** The machine is being started. */
  STARTING_UP("starting up"),
  /** QEMU paused the guest because of an I/O error. */
  IOERROR("ioerror"),
  /** The watchdog paused the guest. */
  WATCHDOG("watchdog"),
  /** Running since a saved machine was restored. */
  RESTORED("restored"),
  /** The guest stands while the machine's state is written to a file. */
  SAVING("saving"),
  /** The machine's state is in a file. */
  SAVED("saved"),
  /** The guest stands while it changes hosts. */
  MIGRATING("migrating"),
  /** Running since it came from another host; or gone to another one. */
  MIGRATED("migrated"),
  /** QEMU has the guest stand while it writes its memory down. */
  DUMPING("dumping"),
  /** Paused for a reason only QEMU knows; the detail has its run state. */
  QEMU("qemu"),
  /** The guest has panicked. */
  PANICKED("panicked"),
  /** The guest shut itself down, by itself or because it was asked to. */
  SHUTDOWN("shutdown"),
  /** The machine was destroyed. */
  DESTROYED("destroyed"),
  /** QEMU died. */
  CRASHED("crashed"),
  /** The start failed. */
  FAILED("failed"),
  /** The host process restarted and is finding out. */
  RESTARTED("restarted"),
  /** The machine cannot be adopted; the detail says why. */
  UNADOPTABLE("unadoptable");

  private final String text;

  StateReason(String text) {
    this.text = text;
  }

  /** The reason as people and programs read it. */
  public String text() {
    return text;
  }

  /** The reason of that text. */
  public static StateReason of(String text) {
    for (StateReason reason : values()) {
      if (reason.text.equals(text)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("no state reason is called '" + text + "'");
  }
}
