package dev.berth.control;

/** What a client has opened with a connection of its own, and what ends with the client. */
interface OwnConnection {

  /** Ends it; idempotent. */
  void close();
}
