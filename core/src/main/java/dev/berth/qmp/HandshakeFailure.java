package dev.berth.qmp;

/** The connection ended before it was usable. Never leaves this package. */
final class HandshakeFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient QmpDisconnect disconnect;

  HandshakeFailure(QmpDisconnect disconnect) {
    super(disconnect.message(), disconnect.cause());
    this.disconnect = disconnect;
  }

  QmpDisconnect disconnect() {
    return disconnect;
  }
}
