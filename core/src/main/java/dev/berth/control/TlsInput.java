package dev.berth.control;

import dev.berth.error.AccessDeniedException;
import dev.berth.tls.TlsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/** The side of a TLS connection that is read. No descriptors come with it. */
final class TlsInput implements Wire.Input {
  private final TlsChannel channel;
  private final Function<IOException, AccessDeniedException> refusal;

  /**
   * An input.
   *
   * @param refusal the error of a peer that ends the connection by an alert of TLS
   */
  TlsInput(TlsChannel channel, Function<IOException, AccessDeniedException> refusal) {
    this.channel = channel;
    this.refusal = refusal;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      return channel.read(target);
    } catch (SSLException e) {
      throw refusal.apply(e);
    }
  }

  @Override
  public Received takeDescriptors() {
    return Received.OVER_TCP;
  }

  @Override
  public void endInput() throws IOException {
    channel.endInput();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
