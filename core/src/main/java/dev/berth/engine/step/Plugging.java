package dev.berth.engine.step;

import dev.berth.definition.DeviceKind;
import dev.berth.domain.EventTypes;
import dev.berth.job.JobKind;
import dev.berth.store.Intent;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** What the coming and going of each kind of device is called, on record and to callers. */
public enum Plugging {
  DISK(
      DeviceKind.DISK,
      Verb.ATTACH_DISK,
      Verb.DETACH_DISK,
      JobKind.DETACH_DISK,
      EventTypes.DISK_ATTACHED,
      EventTypes.DISK_DETACHED,
      "disk"),
  NIC(
      DeviceKind.NIC,
      Verb.ATTACH_NIC,
      Verb.DETACH_NIC,
      JobKind.DETACH_NIC,
      EventTypes.NIC_ATTACHED,
      EventTypes.NIC_DETACHED,
      "nic"),
  SHARE(
      DeviceKind.SHARE,
      Verb.ATTACH_SHARE,
      Verb.DETACH_SHARE,
      JobKind.DETACH_SHARE,
      EventTypes.SHARE_ATTACHED,
      EventTypes.SHARE_DETACHED,
      "share"),
  DEVICE(
      DeviceKind.DEVICE,
      Verb.ATTACH_DEVICE,
      Verb.DETACH_DEVICE,
      JobKind.DETACH_DEVICE,
      EventTypes.DEVICE_ATTACHED,
      EventTypes.DEVICE_DETACHED,
      "device");

  private final DeviceKind kind;
  private final Verb attach;
  private final Verb detach;
  private final JobKind job;
  private final String attached;
  private final String detached;
  private final String noun;

  Plugging(
      DeviceKind kind,
      Verb attach,
      Verb detach,
      JobKind job,
      String attached,
      String detached,
      String noun) {
    this.kind = kind;
    this.attach = attach;
    this.detach = detach;
    this.job = job;
    this.attached = attached;
    this.detached = detached;
    this.noun = noun;
  }

  public static Plugging of(DeviceKind kind) {
    return Arrays.stream(values()).filter(it -> it.kind == kind).findFirst().orElseThrow();
  }

  /** What a job of that kind takes out; empty when it is about something else. */
  public static Optional<Plugging> of(JobKind job) {
    return Arrays.stream(values()).filter(it -> it.job == job).findFirst();
  }

  /** What was being attached; empty when the intent is about something else. */
  public static Optional<Plugging> of(Intent intent) {
    return Arrays.stream(values()).filter(it -> it.intent().equals(intent.verb())).findFirst();
  }

  public DeviceKind kind() {
    return kind;
  }

  public Verb attach() {
    return attach;
  }

  public Verb detach() {
    return detach;
  }

  public JobKind job() {
    return job;
  }

  /** The verb of the intent to attach one, in the store. */
  String intent() {
    return "attach-" + noun;
  }

  /** What is under way meanwhile. */
  public String operation() {
    return "attach " + noun;
  }

  /** What is given for it. */
  public Provision.Wanted wanted() {
    return new Provision.Wanted(attach.text(), noun + " attach");
  }

  /** What {@code vmctl} calls it, and events. */
  public String noun() {
    return noun;
  }

  /** The step, which tells that the device of that name is there. */
  public Step attached(Step step, String name) {
    return step.event(attached, Map.of(noun, name));
  }

  /** The step, which tells that the device of that name is gone. */
  public Step detached(Step step, String name) {
    return step.event(detached, Map.of(noun, name));
  }
}
