package dev.berth.engine;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.engine.migration.ComingServer;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.StreamCredentials;
import dev.berth.machine.StreamKey;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.StreamAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The images that a domain without a machine brings along, at the host that it goes to: made anew,
 * and served by what stands in for its machine, to which the source's QEMU writes. Used in the
 * driver's turns; what takes its time is done elsewhere, and can be done again from its beginning.
 *
 * <pre>
 *   made ──its QEMU on record──► launched, serves ──the source has flushed all──► settled ──► kept
 *                                      └── not wanted, or it has failed ──► all of it removed
 * </pre>
 *
 * <p>That QEMU may end at any moment: until the source says that all is there, the images are of no
 * use; from then on there is nothing in it that is not on the disk.
 */
final class ComingAtRest {
  private final HostServices host;
  private final Ledger ledger;
  private final JobAside aside;
  private final ComingStorage storage;
  private final StandIns standIns;

  /**
   * Those of one domain.
   *
   * @param aside what is done for its arrivals on other threads
   * @param changed takes up a job whose QEMU is connected now, or gone, or lost
   */
  ComingAtRest(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      JobAside aside,
      Function<KeptJob, CompletionStage<?>> changed) {
    this.host = host;
    this.ledger = ledger;
    this.aside = aside;
    this.storage = new ComingStorage(host);
    this.standIns =
        new StandIns(
            host,
            mailbox,
            keeper.recorder(),
            StorageRow::coming,
            changed,
            () -> Mailbox.DONE); // it has no jobs of QEMU's
  }

  /** Nobody else is to open them. Idempotent. */
  void claim(KeptJob job) {
    standIns.claim(job);
  }

  /** What follows once they are made, with what is to serve them. */
  @FunctionalInterface
  interface Made {
    CompletionStage<?> follows(KeptJob job, LaunchRecord server);
  }

  /** Makes them, empty, and plans what serves them. */
  void make(KeptJob job, Made made, Function<String, CompletionStage<?>> failed) {
    long revision = ledger.revision();
    AtomicReference<LaunchRecord> server = new AtomicReference<>();
    aside.run(
        job,
        () -> {
          storage.images(job).make();
          server.set(
              host.launcher()
                  .planStandIn(
                      ledger.uuid(),
                      revision,
                      ledger.name(),
                      StorageRow.copies(job).stream().map(ComingAtRest::written).toList()));
        },
        (now, failure) ->
            failure.isPresent()
                ? failed.apply(String.valueOf(failure.get().getMessage()))
                : made.follows(now, server.get()));
  }

  private static Disk written(CopiedImage copy) {
    DiskFormat format =
        switch (copy.writtenAs()) {
          case QCOW2 -> DiskFormat.QCOW2;
          case RAW -> DiskFormat.RAW;
        };
    return new Disk(
        copy.disk(), DiskDevice.DISK, format, Optional.of(copy.file()), Access.READ_WRITE);
  }

  /**
   * Starts what serves them, which is on record, and has it do so.
   *
   * @param key by which they are encrypted that come from another machine
   */
  void serve(
      KeptJob job,
      Optional<StreamKey> key,
      Served served,
      Function<String, CompletionStage<?>> failed) {
    standIns.claim(job);
    AtomicReference<StreamAddress> address = new AtomicReference<>();
    aside.run(
        job,
        () -> address.set(serve(standIns.launch(job), key, job)),
        (now, failure) ->
            failure.isPresent()
                ? failed.apply(String.valueOf(failure.get().getMessage()))
                : served.follows(now, address.get()));
  }

  /** From then on its QEMU needs no host: it reads the key with each connection. */
  private StreamAddress serve(Machine server, Optional<StreamKey> key, KeptJob job)
      throws InterruptedException {
    if (key.isPresent()) {
      new StreamCredentials(server.qmp(), server.launch().files()).giveReceiver(key.get());
    }
    ComingServer by = storage.server(server, key.isPresent());
    return new ComingExports(server.qmp(), by, job.job().id(), StorageRow.copies(job)).serve();
  }

  /** What follows once they are served there. */
  @FunctionalInterface
  interface Served {
    CompletionStage<?> follows(KeptJob job, StreamAddress storage);
  }

  /** Whether it is known that nothing serves them any more. */
  boolean isGone(KeptJob job) {
    return standIns.isGone(job);
  }

  /** Whether what serves them is connected. */
  boolean isThere(KeptJob job) {
    return standIns.of(job).isPresent();
  }

  /** Looks for what serves them; the job is taken up when that is known. */
  void find(KeptJob job) {
    standIns.find(job);
  }

  /** All that is to be in them has been flushed: ends its QEMU, and brings them to the disk. */
  void settle(KeptJob job, JobAside.Outcome outcome) {
    aside.run(
        job,
        () -> {
          standIns.end(job);
          storage.images(job).settle();
        },
        (now, failure) -> {
          standIns.forget(now);
          return outcome.follows(now, failure);
        });
  }

  /** The domain is this host's: they stay. */
  void keep(KeptJob job, JobAside.Outcome outcome) {
    aside.run(job, storage.images(job)::keep, outcome);
  }

  /** Nothing of it is wanted any more: whoever waits for QEMU is let go. */
  void giveUp(KeptJob job) {
    standIns.kill(job);
  }

  /** Ends what serves them, and removes those that were made. */
  void remove(KeptJob job, JobAside.Outcome outcome) {
    aside.run(
        job,
        () -> {
          if (StandInRow.does(job)) {
            standIns.end(job);
          }
          storage.images(job).discard();
        },
        (now, failure) -> {
          if (failure.isEmpty()) {
            standIns.forget(now);
          }
          return outcome.follows(now, failure);
        });
  }

  /** Lets go of what serves them, which goes on: the host is being closed. */
  void letGo() {
    standIns.letGo();
  }
}
