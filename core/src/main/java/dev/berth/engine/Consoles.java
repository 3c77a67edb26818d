package dev.berth.engine;

import dev.berth.error.BusyException;
import dev.berth.error.MachineLostException;
import dev.berth.host.Console;
import dev.berth.socket.SocketStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attachments to one domain's serial console. QEMU serves one client and lets the next one wait
 * without a word, so the second is refused here. Thread-safe.
 */
final class Consoles {
  private static final Logger LOG = LoggerFactory.getLogger(Consoles.class);

  private final AtomicBoolean taken = new AtomicBoolean();
  private final AtomicReference<@Nullable Attachment> attached = new AtomicReference<>();
  private volatile boolean ended;

  /** Attaches to the console at that socket. */
  Console attach(String domain, Path socket) {
    if (!taken.compareAndSet(false, true)) {
      throw new BusyException(
          "Somebody is attached to the console of domain '"
              + domain
              + "'. Wait until they detach, or follow its log.");
    }
    try {
      Attachment attachment =
          new Attachment(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
      attached.set(attachment);
      if (ended) {
        attachment.close();
      }
      return attachment;
    } catch (IOException e) {
      taken.set(false);
      throw new MachineLostException(
          "Cannot attach to the console of domain '" + domain + "': " + e.getMessage() + ".", e);
    }
  }

  /** The host ends: detaches whoever is attached, so that the next host's readers are served. */
  void end() {
    ended = true;
    Attachment last = attached.get();
    if (last != null) {
      try {
        last.close();
      } catch (MachineLostException e) {
        LOG.debug("A console's socket could not be closed", e);
      }
    }
  }

  private final class Attachment implements Console {
    private final SocketChannel channel;
    private final InputStream input;
    private final OutputStream output;
    private final AtomicBoolean closed = new AtomicBoolean();

    Attachment(SocketChannel channel) {
      this.channel = channel;
      this.input = SocketStreams.input(channel);
      this.output = SocketStreams.output(channel);
    }

    @Override
    public InputStream input() {
      return input;
    }

    @Override
    public OutputStream output() {
      return output;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        try {
          channel.close();
        } catch (IOException e) {
          throw new MachineLostException("Detaching from the console failed: " + e, e);
        } finally {
          attached.compareAndSet(this, null);
          taken.set(false);
        }
      }
    }
  }
}
