package dev.berth.storage;

import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Where a store lives and how many events it keeps.
 *
 * @param home directory that holds the store and nothing of another store; made when missing
 * @param eventsKept number of events kept; the oldest beyond it are dropped, 1,000 at a time at
 *     most
 * @param eventAge events older than this are dropped
 * @param clock tells the age of events
 */
public record StoreSettings(Path home, int eventsKept, Duration eventAge, Clock clock) {
  private static final int DEFAULT_EVENTS_KEPT = 100_000;
  private static final Duration DEFAULT_EVENT_AGE = Duration.ofDays(30);

  /**
   * Checked settings.
   *
   * @throws InvalidRequestException when a limit is not positive, or the path cannot be named to H2
   */
  public StoreSettings {
    home = home.toAbsolutePath().normalize();
    if (eventsKept < 1 || eventAge.isNegative() || eventAge.isZero()) {
      throw new InvalidRequestException(
          "The event retention of "
              + eventsKept
              + " events and "
              + eventAge
              + " keeps nothing: both must be above zero.");
    }
    if (home.toString().indexOf(';') >= 0) {
      throw new InvalidRequestException(
          "The home directory "
              + home
              + " contains ';', which H2 cannot open. Choose another one.");
    }
  }

  /** A store in that directory that keeps 100,000 events of the last 30 days. */
  public static StoreSettings at(Path home) {
    return new StoreSettings(home, DEFAULT_EVENTS_KEPT, DEFAULT_EVENT_AGE, Clock.systemUTC());
  }

  /** The same with another retention of events. */
  public StoreSettings withEventsKept(int count, Duration age) {
    return new StoreSettings(home, count, age, clock);
  }

  /** The same with another clock. */
  public StoreSettings withClock(Clock other) {
    return new StoreSettings(home, eventsKept, eventAge, other);
  }
}
