package dev.berth.control;

import java.time.Duration;

/**
 * How much clients can ask of a server.
 *
 * @param clients connections at one time; each costs a thread. More are answered {@code busy}
 * @param callsInFlight of one connection; each costs a thread while it lasts. At the limit the
 *     connection is not read, so that its client has to wait
 * @param lastReplies how long calls in flight may go on to reply after the client ended its side or
 *     the server began to close
 */
record ControlLimits(int clients, int callsInFlight, Duration lastReplies) {
  static final ControlLimits DEFAULT = new ControlLimits(128, 64, Duration.ofSeconds(5));
}
