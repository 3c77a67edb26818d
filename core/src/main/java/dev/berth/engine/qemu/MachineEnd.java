package dev.berth.engine.qemu;

import dev.berth.host.VerbResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Why and how a machine is being ended, and who waits for it. Owned by the driver. */
public final class MachineEnd {

  /** Why. */
  public enum Cause {
    /** The guest has shut down; only its process is left. */
    GUEST_SHUTDOWN,
    /** Somebody asked. */
    DESTROY,
    /** The guest has panicked, and is to be started again. */
    RESTART,
    /** Its state is in a file, which has the guest now. */
    SAVED,
    /** Its guest goes on at another host. */
    MIGRATED,
    /** Its guest was to come from another host, and does not. */
    NOT_TAKEN,
    /** The host process ended in the middle of the start: the guest never ran. */
    START_UNDONE,
    /** The store did not take the start: the guest never ran. */
    START_UNRECORDED
  }

  /** How QEMU was brought to its end. */
  public enum Manner {
    CLEANLY("ended cleanly"),
    KILLED_AFTER_GRACE("killed: QEMU did not end within its grace"),
    KILLED_STALLED("killed at once: QEMU did not answer");

    private final String text;

    Manner(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final Cause cause;
  private final String actor;
  private final List<CompletableFuture<VerbResult>> waiting = new ArrayList<>();
  private Manner manner = Manner.CLEANLY;

  public MachineEnd(Cause cause, String actor) {
    this.cause = cause;
    this.actor = actor;
  }

  public Cause cause() {
    return cause;
  }

  public String actor() {
    return actor;
  }

  public Manner manner() {
    return manner;
  }

  public void manner(Manner how) {
    manner = how;
  }

  /** Adds somebody who is told when the machine is gone. */
  public void join(CompletableFuture<VerbResult> answer) {
    waiting.add(answer);
  }

  public List<CompletableFuture<VerbResult>> waiting() {
    return waiting;
  }
}
