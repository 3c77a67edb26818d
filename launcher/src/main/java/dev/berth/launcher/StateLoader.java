package dev.berth.launcher;

import dev.berth.domain.StateChannels;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.ChannelSettings;
import dev.berth.machine.IncomingStream;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineLauncher.TakeOver;
import dev.berth.machine.StateStream;
import dev.berth.machine.StreamCredentials;
import dev.berth.migration.SaveFile;
import dev.berth.qapi.control.QueryVersion;
import dev.berth.qapi.migration.MigrateIncoming;
import dev.berth.qapi.migration.MigrateSetCapabilities;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.sockets.SocketAddress;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpConnection;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Has a machine that was started for it load a state. Not thread-safe. */
final class StateLoader {
  private static final String NAME = "saved-state";

  /** Of QEMU, when it cannot take a state in, and so can be asked why. */
  private static final int FIRST_THAT_STAYS = 10;

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final QmpConnection qmp;
  private final StateStream stream;
  private final LaunchRecord launch;

  StateLoader(QmpConnection qmp, LaunchRecord launch) {
    this.qmp = qmp;
    this.stream = new StateStream(qmp, NAME);
    this.launch = launch;
  }

  /**
   * Loads it, however long that takes. QEMU before 9.1 ends when it cannot.
   *
   * @throws HostFailureException with QEMU's own words
   * @throws dev.berth.error.MachineLostException when QEMU has ended, which has its words in its
   *     log
   */
  void load(Path state, TakeOver takeOver) throws InterruptedException {
    switch (takeOver) {
      case WITH_STATE -> stream.capabilities();
      case WITH_GUEST -> stream.capabilities(MigrationCapability.LATE_BLOCK_ACTIVATE);
    }
    SaveFile.requireTrusted(state);
    String uri;
    try (FileInputStream file = new FileInputStream(state.toFile())) {
      uri = stream.give(file.getFD());
    } catch (IOException e) {
      throw new HostFailureException(cannot() + e.getMessage() + ".", e);
    }
    stream.run(MigrateIncoming.builder().uri(uri).build());
    awaitLoaded();
    stream.takeBack();
  }

  /**
   * Has it take in a state from elsewhere, and the images when the guest goes on.
   *
   * @return on which port, unless it is the machine's own socket
   */
  OptionalInt listen(IncomingStream from, StateChannels channels) throws InterruptedException {
    stream.capabilities(MigrationCapability.LATE_BLOCK_ACTIVATE);
    if (channels.areMany()) {
      stream.run(ChannelSettings.parameters(channels));
      stream.run(new MigrateSetCapabilities(List.of(ChannelSettings.capability(channels))));
    }
    if (from instanceof IncomingStream.Encrypted encrypted) {
      return OptionalInt.of(listen(encrypted));
    }
    listen("unix:" + launch.files().stateSocket());
    return OptionalInt.empty();
  }

  /** On which of its ports. */
  private int listen(IncomingStream.Encrypted from) throws InterruptedException {
    new StreamCredentials(qmp, launch.files()).giveReceiver(from.key());
    try {
      listen(from.uri());
    } catch (QemuRefusedException refused) {
      throw new HostFailureException(
          "No machine can come in here at "
              + from.address()
              + ", ports "
              + from.firstPort()
              + " to "
              + from.lastPort()
              + ": "
              + refused.description()
              + ". Look at this host's settings 'migration-address' and 'migration-ports'.",
          refused);
    }
    return stream.run(new QueryMigrate()).socketAddress().stream()
        .flatMap(List::stream)
        .filter(SocketAddress.Inet.class::isInstance)
        .map(address -> Integer.parseInt(((SocketAddress.Inet) address).port()))
        .findFirst()
        .orElseThrow(
            () -> new HostFailureException("QEMU does not say on which port it takes a state in."));
  }

  private void listen(String uri) throws InterruptedException {
    MigrateIncoming.Builder incoming = MigrateIncoming.builder().uri(uri);
    if (stream.run(new QueryVersion()).qemu().major() >= FIRST_THAT_STAYS) {
      incoming.exitOnError(false);
    }
    stream.run(incoming.build());
  }

  private void awaitLoaded() throws InterruptedException {
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("MIGRATION"))) {
        MigrationInfo info = stream.run(new QueryMigrate());
        if (info.status().equals(Optional.of(MigrationStatus.COMPLETED))) {
          return;
        }
        if (info.status().equals(Optional.of(MigrationStatus.FAILED))) {
          throw new HostFailureException(
              cannot()
                  + "QEMU cannot load its state: "
                  + info.errorDesc().orElse("it says no why")
                  + ".");
        }
        change.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        continue;
      }
    }
  }

  private String cannot() {
    return "Cannot restore domain '" + launch.subject().name() + "': ";
  }
}
