package dev.berth.control;

import java.time.Duration;

/**
 * How much strangers and single clients can ask of a server for TLS.
 *
 * @param newcomers connections that have not shown a certificate yet; each costs a thread. More are
 *     closed at once
 * @param newcomersOfOneAddress those of one address, so that one cannot keep all others out
 * @param handshake how long such a connection may take, in all
 * @param clientsOfOneName connections with one certificate's name
 */
record TlsLimits(
    int newcomers, int newcomersOfOneAddress, Duration handshake, int clientsOfOneName) {
  static final TlsLimits DEFAULT = new TlsLimits(64, 16, Duration.ofSeconds(10), 64);
}
