package dev.berth.host;

import dev.berth.api.Api;
import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A serial console, attached. Bytes as they are; end of stream when the machine or the host is
 * gone. Close to detach, from any thread: a read or write that waits then ends.
 *
 * <p>Whom somebody else detaches by taking over, and who has fallen behind, is told why by an
 * {@link java.io.IOException} of the next read, after what had come before when it was taken over.
 * From a host in another process only bytes come: there the stream ends, and nothing says why.
 */
@Api(since = "0.1")
public interface Console extends Closeable {

  /** What the guest writes from now on. */
  InputStream input();

  /**
   * What the guest shall read; each write is sent at once, and waits while the guest does not read.
   * One that is attached for reading only, or was taken over, fails.
   */
  OutputStream output();

  @Override
  void close();
}
