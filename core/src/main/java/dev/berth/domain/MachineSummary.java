package dev.berth.domain;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is worth knowing of a domain's live machine.
 *
 * @param incarnation the random id of this launch
 * @param pid of the QEMU process; empty while it is not known yet
 * @param qemuVersion e.g. {@code 7.2.22}
 * @param machineType the versioned type the machine was started with
 * @param accelerator {@code kvm} or {@code tcg}
 * @param acceleratorReason why that one
 * @param liveness whether QEMU answers
 * @param livenessSince since when
 * @param agent whether the guest agent listens
 * @param touched the last command by hand that may have changed it; empty when there was none
 * @param lostShares names of the shares that the guest does not reach any more
 */
@Api(since = "0.1")
public record MachineSummary(
    String incarnation,
    Optional<Long> pid,
    String qemuVersion,
    String machineType,
    String accelerator,
    String acceleratorReason,
    Liveness liveness,
    Instant livenessSince,
    AgentState agent,
    Optional<HandTouch> touched,
    List<String> lostShares) {

  /** Copies the list. */
  public MachineSummary {
    lostShares = List.copyOf(lostShares);
  }
}
