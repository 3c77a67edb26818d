package dev.berth.engine.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainName;
import dev.berth.engine.AdjustIntent;
import dev.berth.engine.Adjustments;
import dev.berth.engine.step.Verb;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Something that a machine, its definition or both have, and that becomes another: the limits of a
 * disk, its size, the link of a network interface. Small and without state; {@link Adjustments}
 * carries it out. Whoever adds one adds it to {@link AdjustIntent#read} too.
 */
public interface Adjustment {

  /** Which verb of the table it is. */
  Verb verb();

  /** What is changed, in one word: the {@code what} of its event, and of its intent. */
  String what();

  /** The device that it is about, by its name. */
  String subject();

  /** What it becomes, for people. */
  String value();

  /** What is needed to go on with it in another host process. */
  ObjectNode facts();

  /** Whether the machine of that record has what is to be changed. */
  boolean isIn(LaunchRecord launch);

  /** The definition with it; empty when that has not what is to be changed, or does not say it. */
  Optional<DomainDefinition> edited(DomainDefinition definition);

  /**
   * Finds out before anything is on record whether it may be done.
   *
   * @return fails when it may not
   */
  default CompletableFuture<Void> allowed(QmpConnection qmp, LaunchRecord launch) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Finds out the same, and what it takes, where that is more than a question.
   *
   * @param definition of the domain, if it can be read
   * @return the adjustment as it goes on record; fails when it may not be done
   */
  default CompletableFuture<Adjustment> prepared(
      QmpConnection qmp, LaunchRecord launch, Optional<DomainDefinition> definition) {
    return allowed(qmp, launch).thenApply(allowed -> this);
  }

  /**
   * Refuses it for a machine that has not what it takes, or for want of a machine.
   *
   * @param launch empty when there is no machine
   */
  default void check(DomainName domain, Optional<LaunchRecord> launch) {}

  /** Does it. */
  CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch);

  /** Whether QEMU has it so: the evidence after a failure and after a restart of the host. */
  CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch);

  /**
   * Finds out the same, and does what is left to do of it when QEMU has not all of it.
   *
   * @return whether QEMU has all of it now; fails when that cannot be found out
   */
  default CompletableFuture<Boolean> completed(QmpConnection qmp, LaunchRecord launch) {
    return isDone(qmp, launch);
  }

  /**
   * Frees what QEMU has for it and does not need, once it is known whether it is so.
   *
   * @return fails when something is left
   */
  default CompletableFuture<?> tidied(QmpConnection qmp, LaunchRecord launch, boolean isSo) {
    return CompletableFuture.completedFuture(null);
  }

  /** The assembly steps that it takes. */
  default List<AssemblyStep> steps() {
    return List.of();
  }

  /** The record of the machine that has it so. */
  LaunchRecord onto(LaunchRecord launch);
}
