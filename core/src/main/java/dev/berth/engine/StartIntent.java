package dev.berth.engine;

import dev.berth.store.Intent;
import java.util.Set;

/** What the intent of a start tells. */
final class StartIntent {
  private static final String LOADS = "\"loads\":true";

  /** QEMU's run states from its start until a guest whose state it loads goes on. */
  private static final Set<String> LOADING = Set.of("prelaunch", "inmigrate", "paused");

  private StartIntent() {}

  static String text(StartOperation operation) {
    return "{\"mode\":\""
        + operation.mode().name()
        + "\""
        + (operation.source().loads() ? "," + LOADS : "")
        + "}";
  }

  /** Whether it is a start that was cut off before its guest ran: there is nothing to keep. */
  static boolean hasNotRun(Intent intent, String runState) {
    return intent.verb().equals("start")
        && (intent.document().contains(LOADS)
            ? LOADING.contains(runState)
            : runState.equals("prelaunch"));
  }
}
