package dev.berth.migration;

import dev.berth.job.JobId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What one host asks of another to which a guest is to go. Thread-safe. Every call may be made
 * again, whatever became of it before.
 */
public interface TargetHost {

  /** What speaks against the machine going there, each that does. Changes nothing. */
  List<String> obstacles(Offer offer);

  /**
   * Has a machine ready that takes in the state.
   *
   * @throws dev.berth.error.UnsupportedException naming all that speaks against it
   * @throws dev.berth.error.HostFailureException when it cannot be started; nothing is left then
   */
  Arrival prepare(Offer offer);

  /** What speaks against a domain without a machine going there. Changes nothing. */
  List<String> obstacles(DomainOffer offer);

  /**
   * Gives a domain without a machine its place, where nothing starts it: it is {@code received}
   * then, and stays the source's until the target is told to take it. One that takes images along
   * is {@code incoming} first, and says where QEMU takes them in.
   *
   * @throws dev.berth.error.UnsupportedException naming all that speaks against it
   */
  Arrival reserve(DomainOffer offer);

  /**
   * Tells it that all of the images is there that a domain without a machine takes along: it brings
   * them to its disks, and is {@code received} then.
   */
  Arrival settle(UUID domain, JobId migration);

  /** How far it is, once it is not {@code incoming} any more, or after so long. */
  Arrival await(UUID domain, JobId migration, Duration longest);

  /** Tells it that the guest is its own, if it has received it. */
  Arrival take(UUID domain, JobId migration);

  /** Tells it that the guest never will be its own, if it is not. */
  Arrival discard(UUID domain, JobId migration);
}
