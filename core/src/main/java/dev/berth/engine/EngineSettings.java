package dev.berth.engine;

import dev.berth.api.Api;
import java.time.Duration;

/**
 * Limits and times of an engine.
 *
 * @param operationLimit starts in flight on one host; a further one is refused as busy
 * @param launchTimeout how long QEMU may take from its start until it is assembled
 * @param heartbeat how often an idle machine is asked for its status
 * @param overdue age of an unanswered command at which QEMU is probed out of band
 * @param reapGrace how long QEMU may take to end after its guest has
 * @param sampling how often each machine's figures are taken; zero for never
 */
@Api(since = "0.1")
public record EngineSettings(
    int operationLimit,
    Duration launchTimeout,
    Duration heartbeat,
    Duration overdue,
    Duration reapGrace,
    Duration sampling) {

  /** How often figures are taken when nobody says otherwise. */
  private static final Duration SAMPLING = Duration.ofSeconds(5);

  /** Settings of an engine that takes figures as often as by default. */
  public EngineSettings(
      int operationLimit,
      Duration launchTimeout,
      Duration heartbeat,
      Duration overdue,
      Duration reapGrace) {
    this(operationLimit, launchTimeout, heartbeat, overdue, reapGrace, SAMPLING);
  }

  /**
   * 64 starts at once, 60 s to launch, a heartbeat every 5 s, overdue after 2 s, 10 s to end,
   * figures every 5 s.
   */
  public static final EngineSettings DEFAULT =
      new EngineSettings(
          64,
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10));
}
