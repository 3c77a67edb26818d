package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.host.VmHost;
import java.util.Set;

/**
 * One method of the protocol, as the server knows it.
 *
 * @param name e.g. {@code domain.start}
 * @param kind what becomes of the connection
 * @param needs what a client must be allowed
 * @param parameters the names it takes
 * @param handler what a {@link Kind#LOOK} or {@link Kind#CALL} does
 */
record Method(String name, Kind kind, Access needs, Set<String> parameters, Handler handler) {

  /** Whether hosts call it, of each other. */
  boolean isForHosts() {
    return name.startsWith(ArrivalMethods.PREFIX);
  }

  /** What becomes of the connection. */
  enum Kind {
    /** A request and its reply, which is made of what is published and never waits. */
    LOOK,
    /** A request and its reply. */
    CALL,
    /** Notifications follow the reply. */
    SUBSCRIPTION,
    /** After the reply the connection carries bytes instead of messages. */
    UPGRADE
  }

  /** Calls the host and writes what it gives back. */
  interface Handler {
    JsonNode call(VmHost host, Params params);
  }
}
