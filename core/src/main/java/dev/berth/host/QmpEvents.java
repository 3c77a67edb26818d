package dev.berth.host;

import dev.berth.api.Api;
import java.util.List;

/**
 * Some of the events that a domain's QEMU has sent. Immutable.
 *
 * @param last the number of the last one; ask for what comes after it
 * @param missed how many before these are not kept any more
 * @param events each as JSON, as QEMU sent it, in their order
 */
@Api(since = "0.1")
public record QmpEvents(long last, long missed, List<String> events) {

  /** Copies the list. */
  public QmpEvents {
    events = List.copyOf(events);
  }
}
