package dev.berth.engine;

import dev.berth.engine.save.SaveFiles;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.machine.StateStream;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.qapi.basic.StrOrNull;
import dev.berth.qapi.block.BlockdevSetActive;
import dev.berth.qapi.migration.Migrate;
import dev.berth.qapi.migration.MigrateCancel;
import dev.berth.qapi.migration.MigrateSetCapabilities;
import dev.berth.qapi.migration.MigrateSetParameters;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationCapabilityStatus;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.misc.Stop;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpConnection;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What QEMU is told for one save, on a thread that may wait for it. Whatever it is given has the
 * job's id in its name, so that a host which comes later finds it again.
 */
final class SaveSteps {
  /** As fast as the disk takes it; what libvirt has QEMU go at. */
  private static final long UNLIMITED = Long.MAX_VALUE >> 20 << 20;

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private static final Set<MigrationStatus> OVER =
      Set.of(
          MigrationStatus.NONE,
          MigrationStatus.COMPLETED,
          MigrationStatus.FAILED,
          MigrationStatus.CANCELLED);

  /** QEMU's run state when it has given up the machine's images for others to use. */
  private static final String BEHIND_IT = "postmigrate";

  /** QEMU's run states behind what it has written, as they are for no other reason. */
  static final Set<String> WRITTEN = Set.of("finish-migrate", BEHIND_IT);

  /**
   * QEMU keeps them, and a file takes nothing that was sent by them; one that has come had some.
   */
  private static final List<MigrationCapabilityStatus> OF_MIGRATIONS =
      Stream.of(
              MigrationCapability.MULTIFD,
              MigrationCapability.DIRTY_BITMAPS,
              MigrationCapability.AUTO_CONVERGE,
              MigrationCapability.RETURN_PATH,
              MigrationCapability.PAUSE_BEFORE_SWITCHOVER)
          .map(each -> new MigrationCapabilityStatus(each, false))
          .toList();

  private final QmpConnection qmp;
  private final StateStream stream;
  private final SaveFiles files;
  private final KeptJob job;

  SaveSteps(QmpConnection qmp, SaveFiles files, KeptJob job) {
    this.qmp = qmp;
    this.stream = new StateStream(qmp, "save-" + job.job().id());
    this.files = files;
    this.job = job;
  }

  /** Whether QEMU writes no more. */
  static boolean isOver(Optional<MigrationStatus> status) {
    return status.map(OVER::contains).orElse(true);
  }

  /** Whether a guest stands behind what QEMU has written, which it does until it goes on. */
  static boolean isBehindIt(String runState) {
    return runState.equals(BEHIND_IT);
  }

  /** Has the guest stand, and its state written. */
  void begin() throws InterruptedException {
    try (FileOutputStream file = files.create(SaveRow.partial(job))) {
      if (SaveRow.guest(job) == Guest.RUNNING) {
        stream.run(new Stop());
      }
      stream.capabilities();
      stream.run(new MigrateSetCapabilities(OF_MIGRATIONS));
      stream.run(
          MigrateSetParameters.builder()
              .maxBandwidth(UNLIMITED)
              .tlsCreds(new StrOrNull.S("")) // which a file would not answer
              .build());
      String uri = stream.give(file.getFD());
      stream.run(Migrate.builder().uri(uri).build());
    } catch (IOException e) {
      throw new HostFailureException(
          "'" + SaveRow.partial(job) + "' cannot be closed here: " + e + ".", e);
    }
  }

  /**
   * Makes it as if the save had never begun: there is no file, and the guest goes on. It does so as
   * well when the file cannot be removed yet, for that can take for ever; what fails then is tried
   * again.
   */
  void undo() throws InterruptedException {
    if (!Set.of(SaveRow.REFUSED_BY_QEMU, SaveRow.INTERRUPTED).contains(SaveRow.end(job))) {
      stream.run(new MigrateCancel()); // else QEMU has not begun, and another migration is not ours
      awaitEnd();
    }
    stream.takeBack();
    try {
      files.discard(SaveRow.partial(job), SaveRow.target(job), job.job().id());
    } finally {
      if (SaveRow.guest(job) == Guest.RUNNING) {
        stream.run(new Cont());
      } else {
        takeImagesBack();
      }
    }
  }

  /** A guest that was paused stays so; QEMU before 10.0 takes them only when the guest goes on. */
  private void takeImagesBack() throws InterruptedException {
    boolean areReleased = stream.run(new QueryStatus()).status().value().equals(BEHIND_IT);
    if (areReleased && qmp.supports("blockdev-set-active")) {
      stream.run(new BlockdevSetActive(true));
    }
  }

  /**
   * Sees that what was written is how the guest still is.
   *
   * @throws HostFailureException when the guest has gone on since
   */
  void requireStanding() throws InterruptedException {
    String state = stream.run(new QueryStatus()).status().value();
    if (!WRITTEN.contains(state)) {
      throw new HostFailureException(
          "the guest does not stand any more where it was saved: QEMU is " + state);
    }
  }

  private void awaitEnd() throws InterruptedException {
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("MIGRATION"))) {
        if (isOver(stream.run(new QueryMigrate()).status())) {
          return;
        }
        change.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        continue;
      }
    }
  }
}
