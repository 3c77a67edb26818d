package dev.berth.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.migration.MigrationInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a machine cannot go on elsewhere, or later, all of it at once. Pure. */
final class SaveObstacles {
  private static final Pattern ID = Pattern.compile("(?:^|,)id=([^,]+)");
  private static final Pattern JSON_ID = Pattern.compile("\"id\": ?\"([^\"]+)\"");

  /** What else is among the devices that QEMU lists. */
  private static final String TYPE = "type";

  private SaveObstacles() {}

  /**
   * Refuses what cannot be saved.
   *
   * @param present the ids of the devices that QEMU has
   * @throws UnsupportedException naming all of it
   */
  static void check(LaunchRecord launch, MigrationInfo info, Set<String> present) {
    List<String> obstacles = of(launch, info, present);
    if (!obstacles.isEmpty()) {
      throw new UnsupportedException(
          "Cannot save domain '"
              + launch.subject().name()
              + "': "
              + String.join("; ", obstacles)
              + ".");
    }
  }

  /**
   * Refuses a machine whose state somebody else has QEMU write: nobody could tell the two apart.
   *
   * @throws InvalidStateException saying what to do
   */
  static void requireNoOther(DomainName name, MigrationInfo info, String runState) {
    if (SaveSteps.isOver(info.status()) && SaveSteps.isBehindIt(runState)) {
      throw new InvalidStateException(
          "Cannot save or move domain '"
              + name
              + "': its QEMU has sent or saved its guest once, and does so again only after it has"
              + " gone on. Resume it; pause it again if it is to stand.");
    }
    if (!SaveSteps.isOver(info.status()) || SaveSteps.WRITTEN.contains(runState)) {
      throw new InvalidStateException(
          "Cannot save domain '"
              + name
              + "': somebody has QEMU migrate it by hand. Wait for the end of that, or cancel it"
              + " ('migrate_cancel') and have the guest go on ('cont').");
    }
  }

  /** All of it. */
  static List<String> of(LaunchRecord launch, MigrationInfo info, Set<String> present) {
    List<String> obstacles = new ArrayList<>();
    for (ServeShare share : launch.served()) {
      obstacles.add(
          "the state of share '" + share.share() + "' is not QEMU's to save; detach it first");
    }
    if (obstacles.isEmpty()) { // else QEMU says the same again
      info.blockedReasons()
          .ifPresent(reasons -> reasons.forEach(it -> obstacles.add("QEMU: " + it)));
    }
    Set<String> known = known(launch);
    for (String id : present) {
      if (!known.contains(id)) {
        obstacles.add(
            "device '" + id + "' came by hand and is not on record; take it out by hand first");
      }
    }
    for (String id : assembled(launch)) {
      if (!present.contains(id)) {
        obstacles.add("device '" + id + "' was taken out by hand and is still on record");
      }
    }
    return obstacles;
  }

  /** The ids of the devices that a machine has on record. */
  private static Set<String> known(LaunchRecord launch) {
    Set<String> ids = new LinkedHashSet<>(assembled(launch));
    ids.add(TYPE);
    launch.devices().forEach(device -> ids.add(device.id()));
    for (int i = 1; i < launch.argv().size(); i++) {
      if (launch.argv().get(i - 1).equals("-device")) {
        ids.addAll(ids(launch.argv().get(i)));
      }
    }
    return ids;
  }

  private static Set<String> ids(String option) {
    Set<String> ids = new LinkedHashSet<>();
    Matcher plain = ID.matcher(option);
    while (plain.find()) {
      ids.add(plain.group(1));
    }
    Matcher json = JSON_ID.matcher(option);
    while (json.find()) {
      ids.add(json.group(1));
    }
    return ids;
  }

  private static Set<String> assembled(LaunchRecord launch) {
    Set<String> ids = new LinkedHashSet<>();
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof Execute execute && execute.command().equals("device_add")) {
        JsonNode id = execute.arguments().path("id");
        if (id.isTextual()) {
          ids.add(id.asText());
        }
      }
    }
    return ids;
  }
}
