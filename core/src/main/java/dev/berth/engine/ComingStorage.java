package dev.berth.engine;

import dev.berth.engine.migration.ComingImages;
import dev.berth.engine.migration.ComingServer;
import dev.berth.engine.migration.NbdPort;
import dev.berth.engine.migration.NbdSocket;
import dev.berth.engine.step.KeptJob;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.migration.Offer;
import dev.berth.migration.StreamAddress;
import java.util.function.Consumer;

/**
 * What is done at a target for the images that machines bring along. For threads that QEMU and
 * storage may hold up. Thread-safe.
 */
final class ComingStorage {
  private final HostServices host;

  ComingStorage(HostServices host) {
    this.host = host;
  }

  /** How a machine is brought up that waits for its state. */
  @FunctionalInterface
  interface Launch {
    Machine launch(Clearance clearance) throws InterruptedException;
  }

  /**
   * Brings a machine up with its images still empty, and has QEMU serve them.
   *
   * @param told where it does
   */
  Machine launch(Offer offer, Clearance clearance, Launch launch, Consumer<StreamAddress> told)
      throws InterruptedException {
    if (offer.copies().isEmpty()) {
      return launch.launch(clearance);
    }
    ComingImages images = new ComingImages(host.images(), offer.migration(), offer.copies());
    Machine machine =
        launch.launch(
            () -> {
              clearance.await();
              images.make();
            });
    boolean served = false;
    try {
      ComingServer server = server(machine, offer.key().isPresent());
      told.accept(
          new ComingExports(machine.qmp(), server, offer.migration(), offer.copies())
              .serveAndTakeInBitmaps());
      served = true;
      return machine;
    } finally {
      if (!served) {
        machine.qmp().close();
        host.launcher().abort(machine.launch());
      }
    }
  }

  /** All has come: nobody else writes to the images from then on, save the guest. */
  void close(Machine machine, KeptJob job) throws InterruptedException {
    ComingServer server = server(machine, ArrivalRow.isEncrypted(job));
    new ComingExports(machine.qmp(), server, job.job().id(), StorageRow.copies(job)).close();
  }

  /** By what a QEMU takes them in. */
  ComingServer server(Machine machine, boolean isEncrypted) {
    return isEncrypted ? new NbdPort(machine.qmp(), host.network()) : new NbdSocket(machine);
  }

  /** The files of a migration's images. */
  ComingImages images(KeptJob job) {
    return new ComingImages(host.images(), job.job().id(), StorageRow.copies(job));
  }
}
