package dev.berth.engine;

import dev.berth.definition.Pluggable;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.ResourceNames;
import dev.berth.engine.step.AttachIntent;
import dev.berth.engine.step.OpenedFiles;
import dev.berth.engine.step.Plugging;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.host.EditScope;
import dev.berth.host.ResourceRequest;
import dev.berth.host.ResourceRequest.Occasion;
import dev.berth.host.VerbResult;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.Deadline;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Adding a device to a machine that runs, on a thread of its own:
 *
 * <ol>
 *   <li>see that everything is there that the device names and does not contain
 *   <li>plan: look at what it needs, take a place; nothing has happened yet
 *   <li>persist the intent
 *   <li>take the assembly steps of a start, for this one device
 * </ol>
 *
 * <p>The driver persists the outcome, and undoes what a failure has left ({@link Attachments}).
 */
final class AttachOperation {
  private final HostServices host;
  private final Attachments attachments;
  private final Lifecycle.Active active;
  private final LaunchRecord launch;
  private final Pluggable device;
  private final EditScope scope;
  private final HeldResources held;
  private final OperationSummary summary;
  private final CompletableFuture<VerbResult> answer;

  AttachOperation(
      HostServices host,
      Attachments attachments,
      Lifecycle.Active active,
      LaunchRecord launch,
      Pluggable device,
      EditScope scope,
      HeldResources held,
      OperationSummary summary,
      CompletableFuture<VerbResult> answer) {
    this.host = host;
    this.attachments = attachments;
    this.active = active;
    this.launch = launch;
    this.device = device;
    this.scope = scope;
    this.held = held;
    this.summary = summary;
    this.answer = answer;
  }

  Lifecycle.Active active() {
    return active;
  }

  OperationSummary summary() {
    return summary;
  }

  CompletableFuture<VerbResult> answer() {
    return answer;
  }

  /**
   * Begins.
   *
   * @throws dev.berth.error.BusyException when the host has too many operations under way
   * @throws dev.berth.error.HostUnreachableException when the host is being closed, and nobody
   *     waits any more
   */
  void begin() {
    host.operations().run(launch.subject().name().text(), held, this::run);
  }

  private void run() {
    Optional<AttachIntent> intent = Optional.empty();
    try (held) {
      provide();
      Deadline deadline = Deadline.of(host.settings().launchTimeout());
      DevicePlan plan =
          host.launcher()
              .planDevice(
                  active.machine(), launch, host.namedImages().found(device), held, deadline);
      intent = Optional.of(new AttachIntent(device, scope, plan, summary.actor(), summary.since()));
      OperationThreads.await(attachments.record(this, intent.get()));
      host.filesInChange().requireNone(OpenedFiles.of(plan.steps()));
      host.launcher().addDevice(active.machine(), launch, plan, held, deadline);
      attachments.ended(this, intent, Optional.empty());
    } catch (InterruptedException e) {
      attachments.ended(
          this,
          intent,
          Optional.of(
              new HostFailureException(
                  text() + " was not attached: the host was closed meanwhile.", e)));
    } catch (BerthException e) {
      attachments.ended(this, intent, Optional.of(e));
    } catch (RuntimeException | Error e) { // the top of the operation's thread
      attachments.ended(
          this,
          intent,
          Optional.of(new HostFailureException(text() + " could not be attached: " + e, e)));
    }
  }

  private String text() {
    String text = device.kind().text() + " '" + device.name() + "'";
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private void provide() throws InterruptedException {
    ResourceNames needed = device.resources();
    DomainName name = launch.subject().name();
    UUID uuid = launch.subject().domain();
    host.provision()
        .complete(
            Plugging.of(device.kind()).wanted(),
            held,
            needed,
            new ResourceRequest(name, uuid, Occasion.ATTACH, summary.actor(), needed));
  }
}
