package dev.berth.engine;

import dev.berth.engine.backup.GuestFreeze;
import dev.berth.error.BerthException;
import dev.berth.qmp.Deadline;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The moment of a backup for which a guest is brought to rest: it is frozen, the backup begins, it
 * is thawed, whatever became of the first two. Of one thread; what came of it can be read when that
 * is through.
 */
final class FrozenBeginning implements JobAside.Work {
  private final GuestFreeze guest;
  private final boolean isRequired;
  private final BackupSteps steps;
  private volatile Optional<String> obstacle = Optional.empty();
  private final CompletableFuture<Void> through = new CompletableFuture<>();
  private volatile boolean thawed;

  /**
   * Of one backup.
   *
   * @param isRequired whether it is not to begin when the guest cannot be frozen
   */
  FrozenBeginning(GuestFreeze guest, boolean isRequired, BackupSteps steps) {
    this.guest = guest;
    this.isRequired = isRequired;
    this.steps = steps;
  }

  @Override
  public void run() throws InterruptedException {
    try {
      obstacle = guest.freeze();
      if (obstacle.isEmpty() || !isRequired) {
        steps.begin(Deadline.of(GuestFreeze.LIMIT));
      }
      if (obstacle.isEmpty()) { // a guest that was reset, or has thawed by itself, was not at rest
        obstacle = guest.whyNotFrozen();
      }
    } finally {
      thaw();
      through.complete(null);
    }
  }

  private void thaw() throws InterruptedException {
    try {
      guest.thaw();
      thawed = true;
    } catch (BerthException notYet) {
      thawed = false; // it is tried again, for it is on record
    }
  }

  /** Completes when nothing is done any more. */
  CompletableFuture<Void> through() {
    return through;
  }

  /** Why the guest was not frozen. */
  Optional<String> obstacle() {
    return obstacle;
  }

  /** Whether the guest is thawed for certain. */
  boolean isThawed() {
    return thawed;
  }
}
