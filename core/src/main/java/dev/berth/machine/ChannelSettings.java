package dev.berth.machine;

import dev.berth.domain.StateChannels;
import dev.berth.qapi.migration.MigrateSetParameters;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationCapabilityStatus;
import dev.berth.qapi.migration.MultiFDCompression;
import dev.berth.schema.QmpSchema;
import java.util.Optional;

/** What QEMU is told, at either end, of the connections over which a state is sent. Pure. */
public final class ChannelSettings {
  private ChannelSettings() {}

  /** Whether there are more than QEMU makes by itself; said also when not, for it stays so. */
  public static MigrationCapabilityStatus capability(StateChannels channels) {
    return new MigrationCapabilityStatus(MigrationCapability.MULTIFD, channels.areMany());
  }

  /** How many there are, and how what goes over them is made smaller. */
  public static MigrateSetParameters parameters(StateChannels channels) {
    return MigrateSetParameters.builder()
        .multifdChannels(channels.count())
        .multifdCompression(new MultiFDCompression(channels.compression().text()))
        .build();
  }

  /** Why a QEMU with that schema cannot do so; empty when it can. */
  public static Optional<String> obstacle(QmpSchema schema, StateChannels channels) {
    MigrateSetParameters parameters = parameters(channels);
    return channels.areMany()
            && !schema.check(parameters.command(), parameters.arguments()).isEmpty()
        ? Optional.of(
            "QEMU "
                + schema.version()
                + " was built without the compression '"
                + channels.compression().text()
                + "'; use another, or none")
        : Optional.empty();
  }
}
