package dev.berth.engine;

import dev.berth.store.Intent;
import java.util.Set;

/** What the intent of a start tells. */
final class StartIntent {
  private static final String LOADS = "\"loads\":true";
  private static final String GOES_ON = "\"goesOn\":true";

  /** QEMU's run states from its start until a guest whose state it loads goes on. */
  private static final Set<String> LOADING = Set.of("prelaunch", "inmigrate", "paused");

  private StartIntent() {}

  static String text(StartOperation operation) {
    return text(operation, operation.source().loads() ? "," + LOADS : "");
  }

  /** The intent of a start whose state is loaded, and whose guest goes on any moment. */
  static String ofOneThatGoesOn(StartOperation operation) {
    return text(operation, "," + LOADS + "," + GOES_ON);
  }

  private static String text(StartOperation operation, String more) {
    return "{\"mode\":\"" + operation.mode().name() + "\"" + more + "}";
  }

  /**
   * Whether it is a start that was cut off before its guest ran: there is nothing to keep. A guest
   * that was about to go on may have gone on, and have been paused since.
   */
  static boolean hasNotRun(Intent intent, String runState) {
    if (!intent.verb().equals("start")) {
      return false;
    }
    boolean mayStand = intent.document().contains(LOADS) && !intent.document().contains(GOES_ON);
    return mayStand ? LOADING.contains(runState) : runState.equals("prelaunch");
  }
}
