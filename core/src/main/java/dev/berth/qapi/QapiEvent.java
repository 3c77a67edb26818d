package dev.berth.qapi;

import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.QmpEvent;

/**
 * An event of QEMU with its members typed. Each is a record named after the event, in the package
 * of its module: {@code SHUTDOWN} is {@link dev.berth.qapi.runstate.ShutdownEvent}.
 */
public interface QapiEvent extends QapiValue {

  /**
   * The typed form of an event; {@link Unknown} for one that the model does not know, and for one
   * that lacks what it must have. Never throws: one odd event must not end the stream.
   */
  static QapiEvent decode(QmpEvent event) {
    try {
      QapiEvent known = EventReader.read(event.name(), event.data());
      return known == null ? new Unknown(event) : known;
    } catch (MalformedReplyException e) {
      return new Unknown(event);
    }
  }

  /**
   * Any other event.
   *
   * @param event as it came
   */
  record Unknown(QmpEvent event) implements QapiEvent {
    @Override
    public com.fasterxml.jackson.databind.JsonNode encode() {
      return event.data().deepCopy();
    }
  }
}
