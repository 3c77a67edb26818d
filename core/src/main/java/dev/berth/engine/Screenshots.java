package dev.berth.engine;

import dev.berth.engine.qemu.ScreenFile;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.ui.Screendump;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Screenshots of one domain's machine. One is under way at a time, and who asks meanwhile shares
 * the next: however many ask for the screen of a QEMU that hangs, it costs one file, and who has
 * gone meanwhile is forgotten. Runs in the driver's turns; no thread is held while QEMU draws.
 *
 * <pre>
 *   asked ──► file made ──► QEMU draws ──► read, removed ──► all answered ──► the next, if asked for
 * </pre>
 */
final class Screenshots {
  private static final Logger LOG = LoggerFactory.getLogger(Screenshots.class);

  /** More callers than would look at one screen at once. */
  static final int MOST_WAITING = 16;

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private List<CompletableFuture<byte[]>> asked = new ArrayList<>();
  private boolean underWay;

  Screenshots(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Takes one, or shares the next: all who do get the same array. */
  CompletionStage<?> take(Lifecycle.Active active, CompletableFuture<byte[]> answer) {
    requireScreen(active.machine().launch());
    requireRoom();
    asked.add(answer);
    next(active);
    return Mailbox.DONE;
  }

  private void requireScreen(LaunchRecord launch) {
    if (!launch.hasScreen()) {
      throw new InvalidStateException(
          "Cannot "
              + Verb.SCREENSHOT.text()
              + " domain '"
              + ledger.name()
              + "': its machine has no graphics card. Set 'video: vga' in its definition, and start"
              + " it again.");
    }
  }

  private void requireRoom() {
    asked.removeIf(CompletableFuture::isDone);
    if (asked.size() >= MOST_WAITING) {
      throw new BusyException(
          "Cannot "
              + Verb.SCREENSHOT.text()
              + " domain '"
              + ledger.name()
              + "': "
              + MOST_WAITING
              + " others wait until its QEMU has drawn theirs. Try again later.");
    }
  }

  private void next(Lifecycle.Active active) {
    asked.removeIf(CompletableFuture::isDone);
    if (underWay || asked.isEmpty()) {
      return;
    }
    List<CompletableFuture<byte[]>> sharing = asked;
    asked = new ArrayList<>();
    underWay = true;
    aside(() -> ScreenFile.create(active.machine().launch().files()))
        .thenCompose(
            file ->
                active
                    .machine()
                    .qmp()
                    .send(Screendump.builder(file.path().toString()).build())
                    .handleAsync((done, failure) -> picture(file, failure), host.patient()))
        .whenComplete((picture, failure) -> mailbox.event(() -> taken(sharing, picture, failure)));
  }

  /** The file goes, whatever has become of it. */
  private static byte[] picture(ScreenFile file, @Nullable Throwable failure) {
    try (file) {
      if (failure != null) {
        throw OpenCalls.unwrapped(failure);
      }
      return file.png();
    }
  }

  private CompletionStage<?> taken(
      List<CompletableFuture<byte[]>> sharing,
      byte @Nullable [] picture,
      @Nullable Throwable failure) {
    for (CompletableFuture<byte[]> answer : sharing) {
      if (picture != null) {
        answer.complete(picture);
      } else if (failure != null) {
        Answers.fail(answer, failure);
      }
    }
    return goOn();
  }

  private CompletionStage<?> goOn() {
    underWay = false;
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      next(active);
    } else {
      MachineLostException lost =
          new MachineLostException("The machine of domain '" + ledger.name() + "' has ended.");
      asked.forEach(answer -> answer.completeExceptionally(lost));
      asked.clear();
    }
    return Mailbox.DONE;
  }

  /** Removes what a host that was killed may have left in the machine's run directory. */
  void tidy(Lifecycle.Active active) {
    LaunchRecord launch = active.machine().launch();
    if (underWay || !launch.hasScreen()) {
      return;
    }
    underWay = true;
    aside(() -> ScreenFile.remove(launch.files()))
        .whenComplete(
            (gone, failure) -> {
              if (failure != null) {
                LOG.warn("Domain '{}': a screenshot is left", ledger.name(), failure);
              }
              mailbox.event(this::goOn);
            });
  }

  /** On a thread that storage may hold up. */
  private <T> CompletableFuture<T> aside(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, host.patient());
    } catch (RejectedExecutionException closed) {
      return new CompletableFuture<>(); // nobody waits any more; the next host tidies up
    }
  }
}
