package dev.berth.config;

import dev.berth.engine.migration.MigrationNetwork;
import dev.berth.error.InvalidRequestException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The settings about where machines of other hosts come in. */
final class MigrationSettings {
  private static final String PORTS = "[0-9]{1,5}(-[0-9]{1,5})?";

  private final Function<SettingKey, String> values;
  private final BiConsumer<SettingKey, String> wrong;

  /**
   * The settings.
   *
   * @param values by key; empty when nothing is said
   * @param wrong hears of each key what is wrong with its value
   */
  MigrationSettings(Function<SettingKey, String> values, BiConsumer<SettingKey, String> wrong) {
    this.values = values;
    this.wrong = wrong;
  }

  MigrationNetwork network() {
    return at(ports());
  }

  private MigrationNetwork at(MigrationNetwork ports) {
    String address = values.apply(SettingKey.MIGRATION_ADDRESS);
    try {
      return new MigrationNetwork(address, ports.firstPort(), ports.lastPort());
    } catch (InvalidRequestException e) {
      wrong.accept(SettingKey.MIGRATION_ADDRESS, "expected an address of IP: " + e.getMessage());
      return ports;
    }
  }

  private MigrationNetwork ports() {
    String text = values.apply(SettingKey.MIGRATION_PORTS).strip();
    try {
      if (text.matches(PORTS)) {
        String[] ends = text.split("-", 2);
        int first = Integer.parseInt(ends[0]);
        return new MigrationNetwork(
            "", first, ends.length == 1 ? first : Integer.parseInt(ends[1]));
      }
      wrong(text);
    } catch (InvalidRequestException e) {
      wrong(text);
    }
    return MigrationNetwork.USUAL;
  }

  private void wrong(String text) {
    wrong.accept(
        SettingKey.MIGRATION_PORTS,
        "expected ports from 1024 to 65535 such as 49152-49215, found '" + text + "'");
  }
}
