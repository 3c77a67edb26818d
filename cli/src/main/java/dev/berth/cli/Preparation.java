package dev.berth.cli;

import dev.berth.json.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;

/**
 * Loads what it takes to talk to a host, on a thread of its own while the command line is read: 15
 * ms of a short command's time. The thread ends by itself, and what fails in it fails again, with a
 * message, where it is used.
 */
final class Preparation implements Runnable {
  private static final String SMALL_MESSAGE = "{\"a\":[1,\"b\",true,null,{}]}";

  /** Begins; nobody waits for the end. */
  static void begin() {
    Thread thread = new Thread(new Preparation(), "vmctl-preparation");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    try {
      Json.bytes(Json.read(SMALL_MESSAGE));
      SocketChannel.open(StandardProtocolFamily.UNIX).close();
    } catch (IOException | UnsupportedOperationException unavailable) {
      return;
    }
  }
}
