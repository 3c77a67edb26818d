package dev.berth.control;

import dev.berth.error.InvalidRequestException;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file descriptors that came beside one request. Closed when the request has been served.
 *
 * @param descriptors in the order in which they were sent
 * @param surplus how many more came that cannot be taken, and are closed
 * @param way whether any can come at all
 */
record Received(List<FileDescriptor> descriptors, int surplus, Way way) implements Closeable {
  /** None. */
  static final Received NOTHING = new Received(List.of(), 0, Way.SOCKET_OF_THIS_MACHINE);

  /** None, from another machine. */
  static final Received OVER_TCP = new Received(List.of(), 0, Way.TCP);

  /** How requests come. */
  enum Way {
    SOCKET_OF_THIS_MACHINE,
    TCP
  }

  private static final Logger LOG = LoggerFactory.getLogger(Received.class);

  /**
   * The descriptors by the names that the request has for them.
   *
   * @throws InvalidRequestException when there are not as many as names
   */
  Map<String, FileDescriptor> named(String method, List<String> names) {
    if (way == Way.TCP && !names.isEmpty()) {
      throw new InvalidRequestException(
          method
              + " names file descriptors, and none can come over TCP: name files and devices by"
              + " their path in the definition, or make the call on this host's machine, over its"
              + " control socket.");
    }
    int count = descriptors.size() + surplus;
    if (surplus > 0 || names.size() != count) {
      throw new InvalidRequestException(
          String.format(
              "%s names %d file descriptors, and %d came beside it, %d of which can be taken: send"
                  + " each with the bytes of the request that names it.",
              method, names.size(), count, descriptors.size()));
    }
    Map<String, FileDescriptor> named = new HashMap<>();
    for (int i = 0; i < count; i++) {
      if (named.put(names.get(i), descriptors.get(i)) != null) {
        throw new InvalidRequestException(
            method + " names one file descriptor twice: give each a name of its own.");
      }
    }
    return named;
  }

  @Override
  public void close() {
    for (FileDescriptor descriptor : descriptors) {
      try {
        new FileOutputStream(descriptor).close();
      } catch (IOException e) {
        LOG.debug("A file descriptor of a client reports at its end: {}", e.toString());
      }
    }
  }
}
