package dev.berth.config;

import dev.berth.error.BerthException;
import java.nio.file.Path;

/** A daemon that serves until it is killed, and says so, or why it does not. Argument: home. */
final class RacingDaemon {
  static final String SERVES = "serves";
  static final String REFUSED = "refused: ";

  private RacingDaemon() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (Daemon daemon = Daemon.start(HostSettings.under(Path.of(arguments[0])))) {
      System.out.println(SERVES);
      daemon.await();
    } catch (BerthException refused) {
      System.out.println(REFUSED + refused.code().text() + " " + refused.getMessage());
    }
  }
}
