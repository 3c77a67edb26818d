package dev.berth.engine;

import dev.berth.domain.DomainStatus;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.step.Step;
import dev.berth.machine.LaunchRecord;
import dev.berth.store.Intent;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * All that is done with a domain's machine, as those see it who take the machine from one stage to
 * the next: they tell of each stage, and ask what is theirs to record and not theirs to know. Used
 * in the driver's turns.
 */
interface MachineFeatures {

  // ---- told

  /** A machine is about to be adopted of which a part was being changed. */
  void found(Intent cut);

  /**
   * A machine was adopted, and that is on record: what was under way with it goes on.
   *
   * @param cut what was under way when the previous host process ended
   */
  void adopted(Lifecycle.Active active, Optional<Intent> cut);

  /** QEMU has told that. */
  void told(Lifecycle.Active active, QemuNews.Digest news);

  /** An I/O error has stopped the guest, which is on record. */
  CompletionStage<?> stopped(Lifecycle.Active active);

  /** The host is being closed: lets go of all but the machine, which runs on. */
  void letGo();

  // ---- asked

  /** The change of a part of the machine that is not settled yet. */
  Optional<Intent> unsettled();

  /** The status with its reason, while the guest changes hosts. */
  DomainStatus named(DomainStatus status);

  /** Whether a commit of a change of hosts is about to put that on record. */
  boolean isOfSwitch(LaunchRecord launch, DomainStatus status);

  /** The step by which somebody ends the machine, with what becomes of its jobs. */
  Step destroyed(Step step, String actor);

  /** What a domain is once its machine is gone, if a job has saved it. */
  Optional<DomainStatus> saved(LaunchRecord launch);

  /** What a domain is once its machine is gone, if another host has its guest. */
  Optional<DomainStatus> migrated(LaunchRecord launch);
}
