package dev.berth.engine;

import dev.berth.domain.StateChannels;
import dev.berth.engine.migration.StuckStreams;
import dev.berth.engine.qemu.QemuMigration;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.machine.ChannelSettings;
import dev.berth.machine.Machine;
import dev.berth.machine.StreamCredentials;
import dev.berth.machine.StreamKey;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourceRules;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.basic.StrOrNull;
import dev.berth.qapi.block.BlockdevSetActive;
import dev.berth.qapi.migration.Migrate;
import dev.berth.qapi.migration.MigrateCancel;
import dev.berth.qapi.migration.MigrateSetCapabilities;
import dev.berth.qapi.migration.MigrateSetParameters;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationCapabilityStatus;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What QEMU is told for one migration at its source, on a thread that may wait for it. */
final class MigrationSteps {
  /** As fast as it can. */
  private static final long UNLIMITED = Long.MAX_VALUE >> 20 << 20;

  /** QEMU's own; said, for an earlier migration may have had another. */
  private static final long USUAL_DOWNTIME_MILLIS = 300;

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final QmpConnection qmp;
  private final StreamCredentials credentials;
  private final KeptJob job;

  MigrationSteps(Machine machine, KeptJob job) {
    this.qmp = machine.qmp();
    this.credentials = new StreamCredentials(qmp, machine.launch().files());
    this.job = job;
  }

  /**
   * What QEMU says. One that says that it has sent everything may say it of another time: then the
   * guest does not stand as it does behind that.
   */
  static SourceRules.Qemu view(QemuMigration now) {
    MigrationInfo info = now.info();
    MigrationStatus status = info.status().orElse(MigrationStatus.NONE);
    if (status.equals(MigrationStatus.NONE)) {
      return SourceRules.Qemu.IDLE;
    }
    if (status.equals(MigrationStatus.PRE_SWITCHOVER)) {
      return SourceRules.Qemu.WAITING;
    }
    if (status.equals(MigrationStatus.COMPLETED)) {
      return SaveSteps.WRITTEN.contains(now.runState())
          ? SourceRules.Qemu.SENT
          : SourceRules.Qemu.STOPPED;
    }
    return SaveSteps.isOver(info.status()) ? SourceRules.Qemu.STOPPED : SourceRules.Qemu.SENDING;
  }

  /** The same, asked now. */
  SourceRules.Qemu view() throws InterruptedException {
    return view(OperationThreads.await(QemuMigration.ask(qmp)));
  }

  /**
   * Has QEMU send, and wait before the guest stands for good.
   *
   * @param key of what goes to another machine; empty when QEMU has it already
   */
  void begin(Optional<StreamKey> key) throws InterruptedException {
    StreamAddress to = MigrationRow.stream(job);
    if (to instanceof StreamAddress.Port) {
      encrypt(credentials, key); // nothing leaves this machine in the clear
    }
    StateChannels channels = MigrationRow.channels(job);
    boolean copies = StorageRow.hasCopies(job);
    capabilities(
        true, MigrationRow.convergence(job) == Convergence.THROTTLE_GUEST, copies, channels);
    run(answering(MigrationRow.guest(job) == Guest.PAUSED));
    if (channels.areMany()) {
      run(ChannelSettings.parameters(channels));
    }
    if (copies) { // what images that are shared have goes with them
      run(
          MigrateSetParameters.builder()
              .blockBitmapMapping(new StorageSteps(qmp, job).bitmaps())
              .build());
    }
    if (to instanceof StreamAddress.Socket) { // nobody there would answer it
      run(MigrateSetParameters.builder().tlsCreds(new StrOrNull.S("")).build());
    }
    run(pace(job));
    run(Migrate.builder().uri(to.uri()).build());
  }

  /** Has QEMU encrypt by that key, or else by the one that it was given before. */
  static void encrypt(StreamCredentials credentials, Optional<StreamKey> key)
      throws InterruptedException {
    if (key.isPresent()) {
      credentials.giveSender(key.get());
    } else {
      credentials.keepSender();
    }
  }

  /**
   * How fast it is to send, and when the guest may stand. One that has no time left stands whatever
   * is left: QEMU compares that with what it sends in so much time.
   */
  static MigrateSetParameters pace(KeptJob job) {
    return MigrateSetParameters.builder()
        .maxBandwidth(MigrationRow.bytesPerSecond(job).orElse(UNLIMITED))
        .downtimeLimit(MigrationRow.downtimeMillis(job).orElse(USUAL_DOWNTIME_MILLIS))
        .build();
  }

  /** A save has no use for what a migration needs. */
  private void capabilities(
      boolean waits, boolean throttles, boolean takesBitmaps, StateChannels channels)
      throws InterruptedException {
    run(
        new MigrateSetCapabilities(
            List.of(
                ChannelSettings.capability(channels),
                new MigrationCapabilityStatus(MigrationCapability.EVENTS, true),
                new MigrationCapabilityStatus(MigrationCapability.PAUSE_BEFORE_SWITCHOVER, waits),
                new MigrationCapabilityStatus(MigrationCapability.AUTO_CONVERGE, throttles),
                new MigrationCapabilityStatus(MigrationCapability.DIRTY_BITMAPS, takesBitmaps))));
  }

  /**
   * Whether QEMU has sent everything only once the other one says that it has it. It sends a guest
   * that is paused once, see {@link #isSpent}; one that runs does not stand for an answer more.
   */
  private static MigrateSetCapabilities answering(boolean answers) {
    return new MigrateSetCapabilities(
        List.of(new MigrationCapabilityStatus(MigrationCapability.RETURN_PATH, answers)));
  }

  /** Makes it as if there had been no migration: the guest goes on, if it ran. */
  void undo() throws InterruptedException {
    freeFromStream();
    if (!SaveSteps.isOver(run(new QueryMigrate()).status())) {
      cancel();
      awaitEnd();
    }
    switch (MigrationRow.guest(job)) {
      case RUNNING -> goOn();
      case PAUSED -> run(new BlockdevSetActive(true)); // its images, wherever it stands
    }
    capabilities(false, false, false, StateChannels.ONE);
    run(answering(false));
    if (StorageRow.hasCopies(job)) {
      new StorageSteps(qmp, job).undo();
    }
    if (MigrationRow.isBegun(job) && MigrationRow.stream(job) instanceof StreamAddress.Port) {
      credentials.takeBack();
    }
  }

  private void goOn() throws InterruptedException {
    if (SaveSteps.WRITTEN.contains(run(new QueryStatus()).status().value())) {
      run(new Cont());
    }
  }

  /** Whether QEMU sends, or saves, a guest that is paused no more before that has gone on. */
  boolean isSpent() throws InterruptedException {
    return MigrationRow.guest(job) == Guest.PAUSED && view() == SourceRules.Qemu.SENT;
  }

  /**
   * QEMU that sends the rest answers nothing else, and would wait as long as the stream takes
   * nothing. So it is with one that waits for what it copies images to, which nobody wants any
   * more.
   */
  private void freeFromStream() throws InterruptedException {
    if (StorageRow.hasCopies(job)) {
      new StorageSteps(qmp, job).cut();
    }
    try {
      qmp.execute(new QueryMigrate(), Deadline.of(LOOK_AGAIN));
    } catch (DeadlineExceededException stuck) {
      new StuckStreams(qmp).cutMigration();
    }
  }

  private void cancel() throws InterruptedException {
    try {
      run(new MigrateCancel());
    } catch (QemuRefusedException over) {
      return; // it has come to its end meanwhile, which is asked for now
    }
  }

  private void awaitEnd() throws InterruptedException {
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("MIGRATION"))) {
        if (SaveSteps.isOver(run(new QueryMigrate()).status())) {
          return;
        }
        change.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        continue;
      }
    }
  }

  private <R extends @Nullable Object> R run(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
