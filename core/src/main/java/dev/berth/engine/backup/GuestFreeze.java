package dev.berth.engine.backup;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.error.QemuRefusedException;
import dev.berth.guest.GuestAgent;
import dev.berth.qapi.agent.GuestFsfreezeFreeze;
import dev.berth.qapi.agent.GuestFsfreezeStatus;
import dev.berth.qapi.agent.GuestFsfreezeStatusResult;
import dev.berth.qapi.agent.GuestFsfreezeThaw;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.Optional;

/**
 * The file systems of a guest, which its agent freezes and thaws. Whatever a guest answers, or does
 * not, costs the time below and no more. For a thread that may wait for a guest.
 *
 * @param agent of the guest
 */
public record GuestFreeze(GuestAgent agent) {
  /** How long a guest may take to freeze, how long it is kept so, and how long it may thaw. */
  public static final Duration LIMIT = Duration.ofSeconds(10);

  /** Why the guest cannot be frozen; empty when it seems that it can. */
  public Optional<String> obstacle() throws InterruptedException {
    try {
      return isThawed(Deadline.of(LIMIT))
          ? Optional.empty()
          : Optional.of("somebody else has frozen its file systems");
    } catch (BerthException failure) {
      return Optional.of(said(failure));
    }
  }

  /** Freezes. Whatever it answers, the guest is to be thawed afterwards. */
  public Optional<String> freeze() throws InterruptedException {
    try {
      long frozen = agent.execute(new GuestFsfreezeFreeze(), Deadline.of(LIMIT));
      return frozen > 0 ? Optional.empty() : Optional.of("its guest has frozen no file system");
    } catch (BerthException failure) {
      return Optional.of(said(failure));
    }
  }

  /** Why it is not known to be frozen still; empty when it is. */
  public Optional<String> whyNotFrozen() throws InterruptedException {
    try {
      return isThawed(Deadline.of(LIMIT))
          ? Optional.of("its guest was not frozen any more when QEMU had begun")
          : Optional.empty();
    } catch (BerthException failure) {
      return Optional.of(
          "nobody knows whether it was frozen still when QEMU had begun: " + said(failure));
    }
  }

  /**
   * Thaws, as often as it is called.
   *
   * @throws HostFailureException when the agent does not say that all is thawed
   */
  public void thaw() throws InterruptedException {
    Deadline limit = Deadline.of(LIMIT);
    try {
      tellToThaw(limit);
      if (!isThawed(limit)) {
        throw new HostFailureException("the guest agent says that not all is thawed");
      }
    } catch (MachineLostException ended) {
      throw ended;
    } catch (DeadlineExceededException late) {
      throw new HostFailureException("the guest agent does not answer", late);
    } catch (BerthException failure) {
      throw new HostFailureException(said(failure), failure);
    }
  }

  private void tellToThaw(Deadline limit) throws InterruptedException {
    try {
      agent.execute(new GuestFsfreezeThaw(), limit);
    } catch (QemuRefusedException refused) {
      return; // how it is tells the next question
    }
  }

  private boolean isThawed(Deadline limit) throws InterruptedException {
    return agent.execute(new GuestFsfreezeStatus(), limit).equals(GuestFsfreezeStatusResult.THAWED);
  }

  private static String said(BerthException failure) {
    return String.valueOf(failure.getMessage());
  }
}
