package dev.berth.config;

import dev.berth.error.BerthException;
import java.nio.file.Path;

/** A daemon that serves until it is killed, and says so, or why it does not. Argument: home. */
final class TestDaemon {
  static final String SERVES = "serves";
  static final String REFUSED = "refused: ";

  private TestDaemon() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (Daemon daemon = Daemon.start(new TestHome(Path.of(arguments[0])).settings())) {
      System.out.println(SERVES);
      daemon.await();
    } catch (BerthException refused) {
      System.out.println(REFUSED + refused.code().text() + " " + refused.getMessage());
    }
  }
}
