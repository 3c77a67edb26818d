package dev.berth.control;

import dev.berth.tls.TlsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The side of a TLS connection that is read. No descriptors come with it. */
class TlsInput implements Wire.Input {
  private final TlsChannel channel;

  TlsInput(TlsChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  @Override
  public final Received takeDescriptors() {
    return Received.OVER_TCP;
  }

  @Override
  public final void endInput() throws IOException {
    channel.endInput();
  }

  @Override
  public final boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public final void close() throws IOException {
    channel.close();
  }
}
