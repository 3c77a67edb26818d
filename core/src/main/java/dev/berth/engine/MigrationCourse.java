package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** How a migration goes on at its source, for those who do a part of it. In the driver's turns. */
interface MigrationCourse {

  /** Goes on with a migration as its phase says, once nothing is being done for it. */
  CompletionStage<?> takeUp(KeptJob job);

  /** Puts its next phase on record, and goes on from there. */
  CompletionStage<?> next(KeptJob job, KeptJob next);

  /** Goes on when that is on the disk; until then nothing is done that a host before would not. */
  CompletionStage<?> onRecord(KeptJob before, Step step, Supplier<CompletionStage<?>> then);

  /** Puts on record that QEMU is to send, and has it begin. */
  CompletionStage<?> transfer(KeptJob before, KeptJob job);

  /** The one step by which the guest stays: on the disk before it goes on. */
  CompletionStage<?> back(KeptJob job, String code, String why);

  /** Its machine has ended before the target had the guest. */
  CompletionStage<?> lose(KeptJob job);

  /** Whether something is being done for it. */
  boolean isBusy(KeptJob job);

  /** Whether there is the machine that is to go. */
  boolean isThere(KeptJob job);

  /** That machine, when it answers; else its next adoption takes the job up. */
  Optional<Lifecycle.Active> active(KeptJob job);
}
