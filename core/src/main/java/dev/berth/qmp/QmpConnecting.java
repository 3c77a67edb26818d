package dev.berth.qmp;

import java.util.concurrent.CompletableFuture;

/**
 * A connection on its way. QEMU listens long before it has made its machine and answers, so there
 * is time between the two. Both futures are completed on the callback executor.
 *
 * @param accepted completes when somebody has taken the connection, who may not be QEMU; fails as
 *     {@code usable} does when nobody will
 * @param usable completes when the handshake is through; cancelling it gives up
 */
public record QmpConnecting(
    CompletableFuture<Void> accepted, CompletableFuture<QmpConnection> usable) {

  /** Gives up, whether or not the connection was usable already. */
  public void abandon() {
    usable.cancel(false);
    usable.thenAccept(QmpConnection::close);
  }
}
