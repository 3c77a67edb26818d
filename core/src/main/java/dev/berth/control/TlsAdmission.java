package dev.berth.control;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BerthException;
import dev.berth.error.UnsupportedException;
import dev.berth.tls.CertificateText;
import dev.berth.tls.NotTlsException;
import dev.berth.tls.TlsChannel;
import dev.berth.tls.TlsFailure;
import dev.berth.tls.WatchedCredentials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a client of a connection that shows a certificate which is served; tells others, and the
 * log, why they are none. Thread-safe.
 */
final class TlsAdmission {
  private static final Logger LOG = LoggerFactory.getLogger(TlsAdmission.class);

  private final TlsAccess access;
  private final String place;
  private final WatchedCredentials credentials;
  private final TlsLimits limits;
  private final Clients clients;
  private final Newcomers newcomers;

  TlsAdmission(
      TlsAccess access,
      String place,
      WatchedCredentials credentials,
      TlsLimits limits,
      Clients clients,
      Newcomers newcomers) {
    this.access = access;
    this.place = place;
    this.credentials = credentials;
    this.limits = limits;
    this.clients = clients;
    this.newcomers = newcomers;
  }

  /** The client, if it is one; the caller closes the channel in the end. */
  Optional<ClientConnection> admit(SocketChannel channel) {
    try {
      Tcp.prepare(channel);
      return admitted(
          TlsChannel.agree(
              channel, credentials.current().accepting(), limits.handshake(), newcomers::reckon),
          channel);
    } catch (NotTlsException e) {
      answerPlainly(channel);
      newcomers.complain(from(channel) + " sent what is no TLS");
    } catch (IOException e) {
      if (channel.isOpen()) { // else the server ends
        newcomers.complain(
            from(channel) + " is not served: " + TlsFailure.words(e, "this host's certificate"));
      }
    }
    return Optional.empty();
  }

  private Optional<ClientConnection> admitted(TlsChannel tls, SocketChannel channel)
      throws IOException {
    Wire wire = new Wire(tls, new TlsInput(tls), Protocol.MAX_REQUEST_BYTES);
    try {
      String name = CertificateText.name(tls.peer());
      return Optional.of(
          clients.admit(
              Thread.currentThread().getName(),
              access.isHost(tls.peer()) ? Peer.host(name) : Peer.certificate(name),
              allowed(tls.peer(), name),
              wire,
              limits.clientsOfOneName()));
    } catch (BerthException e) {
      wire.send(Reply.failure(NullNode.instance, e));
      newcomers.complain(from(channel) + " is not served: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Access allowed(X509Certificate certificate, String name) {
    Access allowed = access.of(certificate);
    if (allowed == Access.NONE) {
      throw new AccessDeniedException(
          "The host at "
              + place
              + " does not serve the certificate '"
              + CertificateText.shown(certificate)
              + "', only those that its settings 'tls-access', 'tls-access-read-only' and"
              + " 'tls-hosts' name.");
    }
    if (!Peer.canBeActor(name)) {
      throw new AccessDeniedException(
          "The host at "
              + place
              + " cannot put calls down to the certificate '"
              + CertificateText.shown(certificate)
              + "': its name is too long, or has a '/' or what cannot be"
              + " printed in it.");
    }
    return allowed;
  }

  /** For people who find the port with a program of another kind. */
  private static void answerPlainly(SocketChannel channel) {
    try {
      channel.write(
          ByteBuffer.wrap(
              Wire.line(
                  Reply.failure(
                      NullNode.instance,
                      new UnsupportedException(
                          "This port speaks TLS 1.3 and wants a certificate. Connect with both, as"
                              + " docs/guide.md tells.")))));
    } catch (IOException gone) {
      LOG.debug("nobody reads the answer: {}", gone.toString());
    }
  }

  private static String from(SocketChannel channel) {
    try {
      return "A client at " + channel.getRemoteAddress();
    } catch (IOException gone) {
      return "A client that is gone";
    }
  }
}
