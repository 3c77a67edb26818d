package dev.berth.config;

import dev.berth.config.HoldingStore.Point;
import dev.berth.control.ControlServer;
import dev.berth.control.TlsServer;
import dev.berth.engine.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A daemon whose jobs can be stopped in a phase, by a line on its input: {@code hold KIND PHASE},
 * {@code release}. It says {@code held KIND PHASE} once one is there, and ends with its input.
 * Argument: home.
 */
final class HeldDaemon {
  static final String HOLD = "hold ";
  static final String RELEASE = "release";
  static final String HELD = "held ";

  private HeldDaemon() {}

  public static void main(String[] arguments) throws IOException {
    HostSettings settings = new TestHome(Path.of(arguments[0])).settings();
    HoldingStore[] holding = new HoldingStore[1];
    Engine engine =
        HandMadeHost.open(
            settings,
            store -> {
              holding[0] = new HoldingStore(store, HeldDaemon::say);
              return holding[0];
            },
            launcher -> launcher);
    new ControlServer(
            engine::as,
            settings.layout().controlSocket(),
            settings.access(),
            ControlServer.NOT_STOPPABLE)
        .start();
    settings
        .listen()
        .ifPresent(place -> new TlsServer(engine::as, place, ControlServer.NOT_STOPPABLE).start());
    System.out.println(TestDaemon.SERVES);
    obey(holding[0]);
    Runtime.getRuntime().halt(0);
  }

  private static void say(Point point) {
    System.out.println(HELD + point);
  }

  private static void obey(HoldingStore store) throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals(RELEASE)) {
        store.release();
      } else {
        store.hold(Point.parse(line.substring(HOLD.length())));
      }
    }
  }
}
