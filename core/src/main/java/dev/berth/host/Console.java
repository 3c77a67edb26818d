package dev.berth.host;

import dev.berth.api.Api;
import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A serial console, attached. Bytes as they are; end of stream when the machine is gone, or when
 * somebody else has taken it over. Close to detach, from any thread: a read or write that waits
 * then ends.
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
