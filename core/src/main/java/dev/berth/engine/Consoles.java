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

/**
 * Attachments to one domain's serial console. QEMU serves one client and lets the next one wait
 * without a word, so the second is refused here. Thread-safe.
 */
final class Consoles {
  private final AtomicBoolean taken = new AtomicBoolean();

  /** Attaches to the console at that socket. */
  Console attach(String domain, Path socket) {
    if (!taken.compareAndSet(false, true)) {
      throw new BusyException(
          "Somebody is attached to the console of domain '"
              + domain
              + "'. Wait until they detach, or follow its log.");
    }
    try {
      return new Attachment(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    } catch (IOException e) {
      taken.set(false);
      throw new MachineLostException(
          "Cannot attach to the console of domain '" + domain + "': " + e.getMessage() + ".", e);
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
          taken.set(false);
        }
      }
    }
  }
}
