package dev.berth.control;

import dev.berth.error.AccessDeniedException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.tls.CertificateText;
import dev.berth.tls.Credentials;
import dev.berth.tls.NotTlsException;
import dev.berth.tls.TlsChannel;
import dev.berth.tls.TlsFailure;
import dev.berth.tls.TlsFiles;
import dev.berth.tls.UnusableFileException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A host that is reached over TCP with TLS. Its files are read anew for each connection, so a
 * certificate that was renewed is used from the next one on.
 *
 * @param place where it listens
 * @param files what this end shows and believes
 */
record TlsAddress(HostPort place, TlsFiles files) implements ControlAddress {
  /** As libvirt calls it. */
  private static final String FILES = "pkipath=";

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

  /**
   * The address in a URI such as {@code tls://host.example:16520?pkipath=/etc/pki/ops}.
   *
   * @param given the files, unless the URI names their directory; else those of this user
   * @throws InvalidRequestException when it is no such URI
   */
  static TlsAddress of(URI uri, Optional<TlsFiles> given) {
    HostPort place = HostPort.of(uri);
    String query = uri.getQuery();
    if (query == null) {
      return new TlsAddress(place, given.orElseGet(TlsFiles::ofThisUser));
    }
    if (!query.startsWith(FILES + "/")) {
      throw HostPort.wrong(uri, "after the '?' it may say pkipath=/DIRECTORY and nothing else");
    }
    try {
      return new TlsAddress(place, TlsFiles.in(Path.of(query.substring(FILES.length()))));
    } catch (InvalidPathException e) {
      throw HostPort.wrong(uri, "its pkipath is no path: " + e.getReason());
    }
  }

  @Override
  public Wire connect() {
    Credentials credentials = credentials();
    SocketChannel channel = connected();
    try {
      return agree(channel, credentials);
    } catch (RuntimeException e) {
      try {
        channel.close();
      } catch (IOException failure) {
        e.addSuppressed(failure);
      }
      throw e;
    }
  }

  @Override
  public Wire connectForDescriptors() {
    throw new UnsupportedException(
        "File descriptors cannot be given over TCP, as to "
            + text()
            + ". Name files and devices by their path in the definition, or make the call on that"
            + " machine, over its control socket.");
  }

  private Credentials credentials() {
    try {
      Credentials credentials = Credentials.load(files);
      credentials.certificate().checkValidity();
      return credentials;
    } catch (UnusableFileException e) {
      throw new InvalidRequestException(
          "Cannot connect to "
              + text()
              + ": "
              + e.getMessage()
              + " Other files are named by ?pkipath=/DIRECTORY after the address, or by"
              + " BERTH_TLS_CA, BERTH_TLS_CERTIFICATE and BERTH_TLS_KEY.",
          e);
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      throw new InvalidRequestException(
          "Cannot connect to "
              + text()
              + ": the certificate "
              + files.certificate()
              + " is not valid now ("
              + e.getMessage()
              + "). Renew it, or set the clock.",
          e);
    }
  }

  private SocketChannel connected() {
    try {
      return Tcp.connect(place, CONNECT_LIMIT);
    } catch (UnknownHostException e) {
      throw unreachable("there is no host of that name", e);
    } catch (SocketTimeoutException e) {
      throw unreachable("it did not answer for " + CONNECT_LIMIT.toSeconds() + " s", e);
    } catch (ConnectException e) {
      throw unreachable("nobody listens there", e);
    } catch (IOException e) {
      throw unreachable(String.valueOf(e.getMessage()), e);
    }
  }

  private Wire agree(SocketChannel channel, Credentials credentials) {
    String own = "'" + CertificateText.shown(credentials.certificate()) + "'";
    try {
      TlsChannel tls =
          TlsChannel.agree(
              channel,
              credentials.connecting(place.host(), place.port()),
              HANDSHAKE_LIMIT,
              Runnable::run);
      return new Wire(tls, input(tls, own), Protocol.MAX_REPLY_BYTES);
    } catch (NotTlsException e) {
      throw unreachable("what answers there does not speak TLS", e);
    } catch (SocketTimeoutException e) {
      throw unreachable(
          "what listens there said nothing of TLS for " + HANDSHAKE_LIMIT.toSeconds() + " s", e);
    } catch (IOException e) {
      if (TlsFailure.isRefusalByPeer(e)) {
        throw refused(own, e);
      }
      throw unreachable(TlsFailure.words(e, own), e);
    }
  }

  /** A host may say no to our certificate after we have agreed to its own. */
  private TlsInput input(TlsChannel tls, String own) {
    return new TlsInput(tls) {
      @Override
      public int read(ByteBuffer target) throws IOException {
        try {
          return super.read(target);
        } catch (SSLException e) {
          throw refused(own, e);
        }
      }
    };
  }

  private AccessDeniedException refused(String own, IOException e) {
    return new AccessDeniedException(
        "The host at "
            + text()
            + " does not talk to this client: "
            + TlsFailure.words(e, own)
            + ".");
  }

  @Override
  public HostUnreachableException unreachable(String reason, Throwable cause) {
    return new HostUnreachableException(
        "No host is to be talked to at "
            + text()
            + ": "
            + reason
            + ". Look at the setting 'listen' and the log of the daemon there.",
        cause);
  }

  @Override
  public String text() {
    return place.text();
  }
}
