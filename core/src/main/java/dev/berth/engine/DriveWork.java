package dev.berth.engine;

import dev.berth.domain.DomainName;
import dev.berth.engine.device.DiskBackend;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineLauncher;
import dev.berth.qmp.Deadline;
import java.util.concurrent.CompletableFuture;

/**
 * What of a change of media takes a thread for as long as it lasts: looking at an image, opening
 * it.
 */
record DriveWork(HostServices host) {

  /** Some of it. */
  @FunctionalInterface
  interface Task<T> {
    /**
     * Does it.
     *
     * @param deadline by when QEMU has to have answered
     */
    T run(Deadline deadline) throws InterruptedException;
  }

  MachineLauncher launcher() {
    return host.launcher();
  }

  /**
   * Does it on an operation's thread.
   *
   * @return fails as the task does, and when the host has too many operations under way
   */
  <T> CompletableFuture<T> run(LaunchRecord launch, Task<? extends T> task) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Deadline deadline = Deadline.of(host.settings().launchTimeout());
    try {
      host.operations()
          .run(
              launch.subject().name().text(),
              HeldResources.none(),
              () -> complete(outcome, task, deadline));
    } catch (RuntimeException notBegun) { // the outcome tells
      outcome.completeExceptionally(notBegun);
    }
    return outcome;
  }

  private static <T> void complete(
      CompletableFuture<T> outcome, Task<? extends T> task, Deadline deadline) {
    try {
      outcome.complete(task.run(deadline));
    } catch (InterruptedException e) {
      outcome.completeExceptionally(new HostFailureException("The host was closed meanwhile.", e));
    } catch (RuntimeException | Error e) { // the top of the operation's thread
      outcome.completeExceptionally(e);
    }
  }

  /**
   * The drive of that name, which the machine has.
   *
   * @throws InvalidRequestException when it is none
   */
  static DeviceRecord drive(LaunchRecord launch, String name) {
    DeviceRecord device = DiskBackend.device(launch, name);
    if (!DriveMedium.isDrive(device)) {
      throw noDrive(launch.subject().name(), name);
    }
    return device;
  }

  static InvalidRequestException noDrive(DomainName domain, String name) {
    return new InvalidRequestException(
        "Disk '"
            + name
            + "' of domain '"
            + domain
            + "' is no drive whose medium can come and go: only a 'cdrom' is.");
  }
}
