package dev.berth.engine.step;

import dev.berth.domain.DomainState;

/**
 * The verb × state table: which verb is accepted, needless or denied in which state. Pure.
 *
 * <pre>
 *                     shutoff  adopting  running  paused   shutdown  crashed  pmsuspended  no state
 * start               accept   deny      already  deny     deny      deny     deny         deny
 * start paused        accept   deny      deny     already  deny      deny     deny         deny
 * shutdown            already  deny      accept   deny     accept    deny     deny         deny
 * destroy             already  accept    accept   accept   accept    accept   accept       accept
 * reset               deny     deny      accept   accept   deny      accept   accept       deny
 * pause               deny     deny      accept   already  deny      deny     deny         deny
 * resume              deny     deny      already  accept   deny      deny     deny         deny
 * undefine            accept   deny      deny     deny     deny      deny     deny         deny
 * console             deny     accept    accept   accept   accept    accept   accept       deny
 * send QMP to         deny     deny      accept   accept   accept    accept   accept       deny
 * ask the agent of    deny     deny      accept   deny     deny      deny     deny         deny
 * attach a disk to    deny     deny      accept   accept   deny      deny     accept       deny
 * detach a disk from  deny     deny      accept   accept   deny      deny     accept       deny
 * attach a NIC to     deny     deny      accept   accept   deny      deny     accept       deny
 * detach a NIC from   deny     deny      accept   accept   deny      deny     accept       deny
 * attach a share to   deny     deny      accept   accept   deny      deny     accept       deny
 * detach a share of   deny     deny      accept   accept   deny      deny     accept       deny
 * attach a device to  deny     deny      accept   accept   deny      deny     accept       deny
 * detach a device of  deny     deny      accept   accept   deny      deny     accept       deny
 * dump the memory of  deny     deny      accept   accept   deny      accept   accept       deny
 * change a disk of    deny     deny      accept   accept   deny      deny     accept       deny
 * change a NIC of     deny     deny      accept   accept   deny      deny     accept       deny
 * see the screen of   deny     deny      accept   accept   accept    accept   accept       deny
 * set the CPUs of     deny     deny      accept   accept   deny      deny     accept       deny
 * send keys to        deny     deny      accept   deny     deny      deny     deny         deny
 * inject an NMI into  deny     deny      accept   accept   deny      deny     deny         deny
 * set the VNC password of  deny  deny   accept   accept   accept    accept   accept       deny
 * set the memory of   deny     deny      accept   accept   deny      deny     accept       deny
 * set the balloon of  deny     deny      accept   accept   deny      deny     accept       deny
 * back up             accept   deny      accept   accept   deny      accept   accept       deny
 * save                deny     deny      accept   accept   deny      deny     deny         deny
 * migrate             deny     deny      accept   accept   deny      deny     deny         deny
 * restore             accept   deny      deny     deny     deny      deny     deny         deny
 * restore a backup to  accept  deny      deny     deny     deny      deny     deny         deny
 * checkpoint          deny     deny      accept   accept   deny      accept   accept       deny
 * list the checkpoints of  deny  deny   accept   accept   accept    accept   accept       deny
 * discard the save of  accept  deny      already  already  already   already  already      deny
 * migrate offline     accept   deny      deny     deny     deny      deny     deny         deny
 * </pre>
 *
 * <p>Of devices that is about the machine; what concerns the definition alone is open in every
 * state.
 *
 * <p>One table, so that a new verb or state has to be decided everywhere: the switches have no
 * default branch.
 */
public final class VerbTable {
  private static final Admission ACCEPT = new Admission.Accept();
  private static final String NO_MACHINE = "it has no machine; start it first";
  private static final String BEING_ADOPTED =
      "its machine is still being adopted after a restart of the host; wait for it, or destroy it";
  private static final String UNADOPTABLE =
      "its machine cannot be adopted; see its detail, and destroy it when it is of no more use";
  private static final String ENDING = "the guest has ended; wait until it is shut off";
  private static final String PANICKED = "the guest has panicked; reset or destroy it";
  private static final String SUSPENDED =
      "the guest has suspended itself; wake it from outside, reset it or destroy it";

  private VerbTable() {}

  public static Admission decide(Verb verb, DomainState state) {
    return switch (verb) {
      case START -> start(state);
      case START_PAUSED -> startPaused(state);
      case SHUTDOWN -> shutdown(state);
      case DESTROY ->
          state == DomainState.SHUTOFF ? new Admission.Already("it is shut off already") : ACCEPT;
      case RESET -> reset(state);
      case PAUSE -> pause(state);
      case RESUME -> resume(state);
      case UNDEFINE, RESTORE_BACKUP ->
          state == DomainState.SHUTOFF
              ? ACCEPT
              : new Admission.Deny("it has a machine; shut it down or destroy it first");
      case CONSOLE -> console(state);
      case QMP, SCREENSHOT, SET_VNC_PASSWORD, CHECKPOINTS -> answering(state);
      case DISCARD_SAVE -> discardSave(state);
      case MIGRATE_OFFLINE -> atRest(state);
      case AGENT -> agent(state);
      case SEND_KEYS -> keys(state);
      case INJECT_NMI, SAVE, MIGRATE -> executing(state);
      case RESTORE -> restore(state);
      case ATTACH_DISK,
          DETACH_DISK,
          ATTACH_NIC,
          DETACH_NIC,
          ATTACH_SHARE,
          DETACH_SHARE,
          ATTACH_DEVICE,
          DETACH_DEVICE,
          ADJUST_DISK,
          ADJUST_NIC,
          SET_CPUS,
          SET_MEMORY,
          SET_BALLOON ->
          plug(state);
      case DUMP_MEMORY, CHECKPOINT -> withGuest(state);
      case BACKUP -> state == DomainState.SHUTOFF ? ACCEPT : withGuest(state);
    };
  }

  private static Admission start(DomainState state) {
    return switch (state) {
      case SHUTOFF -> ACCEPT;
      case RUNNING -> new Admission.Already("it is running already");
      case PAUSED -> new Admission.Deny("it is paused; resume it");
      case ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission startPaused(DomainState state) {
    return switch (state) {
      case SHUTOFF -> ACCEPT;
      case PAUSED -> new Admission.Already("it is paused already");
      case RUNNING -> new Admission.Deny("it is running; pause it");
      case ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission restore(DomainState state) {
    return switch (state) {
      case SHUTOFF -> ACCEPT;
      case RUNNING, PAUSED ->
          new Admission.Deny("it has a machine; save, shut down or destroy that first");
      case ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission atRest(DomainState state) {
    return switch (state) {
      case SHUTOFF -> ACCEPT;
      case RUNNING, PAUSED ->
          new Admission.Deny("it has a machine; migrate that, or shut it down first");
      case ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  /** A machine has the guest, whatever it does. */
  private static Admission discardSave(DomainState state) {
    return switch (state) {
      case SHUTOFF -> ACCEPT;
      case RUNNING, PAUSED, SHUTDOWN, CRASHED, PMSUSPENDED ->
          new Admission.Already("it is without a managed save already");
      case ADOPTING, NOSTATE -> deny(state);
    };
  }

  private static Admission shutdown(DomainState state) {
    return switch (state) {
      case SHUTOFF -> new Admission.Already("it is shut off already");
      case RUNNING, SHUTDOWN -> ACCEPT;
      case PAUSED ->
          new Admission.Deny("a paused guest cannot shut itself down; resume it, or destroy it");
      case ADOPTING, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission reset(DomainState state) {
    return switch (state) {
      case RUNNING, PAUSED, CRASHED, PMSUSPENDED -> ACCEPT;
      case SHUTOFF, ADOPTING, SHUTDOWN, NOSTATE -> deny(state);
    };
  }

  private static Admission pause(DomainState state) {
    return switch (state) {
      case RUNNING -> ACCEPT;
      case PAUSED -> new Admission.Already("it is paused already");
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission resume(DomainState state) {
    return switch (state) {
      case PAUSED -> ACCEPT;
      case RUNNING -> new Admission.Already("it is running already");
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission console(DomainState state) {
    return switch (state) {
      case ADOPTING, RUNNING, PAUSED, SHUTDOWN, CRASHED, PMSUSPENDED -> ACCEPT;
      case SHUTOFF, NOSTATE -> deny(state);
    };
  }

  private static Admission answering(DomainState state) {
    return switch (state) {
      case RUNNING, PAUSED, SHUTDOWN, CRASHED, PMSUSPENDED -> ACCEPT;
      case SHUTOFF, ADOPTING, NOSTATE -> deny(state);
    };
  }

  private static Admission agent(DomainState state) {
    return switch (state) {
      case RUNNING -> ACCEPT;
      case PAUSED -> new Admission.Deny("a paused guest's agent does not answer; resume it");
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission keys(DomainState state) {
    return switch (state) {
      case RUNNING -> ACCEPT;
      case PAUSED -> new Admission.Deny("a paused guest takes no keys; resume it");
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  /** What needs a guest that could go on at once. */
  private static Admission executing(DomainState state) {
    return switch (state) {
      case RUNNING, PAUSED -> ACCEPT;
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, PMSUSPENDED, NOSTATE -> deny(state);
    };
  }

  private static Admission plug(DomainState state) {
    return switch (state) {
      case RUNNING, PAUSED, PMSUSPENDED -> ACCEPT;
      case SHUTOFF, ADOPTING, SHUTDOWN, CRASHED, NOSTATE -> deny(state);
    };
  }

  /** What needs a guest that has not ended, whatever it does. */
  private static Admission withGuest(DomainState state) {
    return switch (state) {
      case RUNNING, PAUSED, CRASHED, PMSUSPENDED -> ACCEPT;
      case SHUTOFF, ADOPTING, SHUTDOWN, NOSTATE -> deny(state);
    };
  }

  private static Admission deny(DomainState state) {
    return new Admission.Deny(
        switch (state) {
          case SHUTOFF -> NO_MACHINE;
          case ADOPTING -> BEING_ADOPTED;
          case RUNNING -> "it is running";
          case PAUSED -> "it is paused";
          case SHUTDOWN -> ENDING;
          case CRASHED -> PANICKED;
          case PMSUSPENDED -> SUSPENDED;
          case NOSTATE -> UNADOPTABLE;
        });
  }
}
