package dev.berth.engine.step;

/** What can be asked of a domain. */
public enum Verb {
  START("start"),
  START_PAUSED("start paused"),
  SHUTDOWN("shutdown"),
  DESTROY("destroy"),
  RESET("reset"),
  PAUSE("pause"),
  RESUME("resume"),
  UNDEFINE("undefine"),
  CONSOLE("console"),
  QMP("send QMP to"),
  AGENT("ask the agent of"),
  ATTACH_DISK("attach a disk to"),
  DETACH_DISK("detach a disk from"),
  ATTACH_NIC("attach a NIC to"),
  DETACH_NIC("detach a NIC from"),
  ATTACH_SHARE("attach a share to"),
  DETACH_SHARE("detach a share of"),
  ATTACH_DEVICE("attach a device to"),
  DETACH_DEVICE("detach a device of"),
  DUMP_MEMORY("dump the memory of"),
  ADJUST_DISK("change a disk of"),
  ADJUST_NIC("change a NIC of"),
  SCREENSHOT("see the screen of"),
  SET_CPUS("set the CPUs of"),
  SEND_KEYS("send keys to"),
  INJECT_NMI("inject an NMI into"),
  SET_VNC_PASSWORD("set the VNC password of"),
  SET_MEMORY("set the memory of"),
  SET_BALLOON("set the balloon of"),
  BACKUP("back up"),
  SAVE("save"),
  MIGRATE("migrate"),
  RESTORE("restore"),
  RESTORE_BACKUP("restore a backup to"),
  CHECKPOINT("checkpoint"),
  CHECKPOINTS("list the checkpoints of"),
  DISCARD_SAVE("discard the save of"),
  MIGRATE_OFFLINE("migrate offline");

  private final String text;

  Verb(String text) {
    this.text = text;
  }

  /** Whether who asks for it wants the domain to have no machine. */
  public boolean isToBeOff() {
    return this == SHUTDOWN || this == DESTROY;
  }

  /**
   * Whether it may change the state that the domain is in; what a guest makes of keys is its own
   * doing.
   */
  public boolean mayChangeState() {
    return this != SCREENSHOT
        && this != SEND_KEYS
        && this != INJECT_NMI
        && this != SET_VNC_PASSWORD
        && this != BACKUP
        && this != SAVE
        && this != MIGRATE
        && this != RESTORE_BACKUP
        && this != CHECKPOINT
        && this != CHECKPOINTS;
  }

  public String text() {
    return text;
  }
}
