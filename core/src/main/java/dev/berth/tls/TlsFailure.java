package dev.berth.tls;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLException;

/** Why two ends did not come to terms, in words. Stateless. */
public final class TlsFailure {
  /** What a peer sends that has seen our certificate and does not take it (RFC 8446, 6.2). */
  private static final List<String> ABOUT_OUR_CERTIFICATE =
      List.of(
          "bad_certificate",
          "unsupported_certificate",
          "certificate_revoked",
          "certificate_unknown",
          "unknown_ca",
          "access_denied");

  private TlsFailure() {}

  /** Whether the peer has refused this end, and not this end the peer. */
  public static boolean isRefusalByPeer(IOException failure) {
    return failure instanceof SSLException && text(failure).contains("fatal alert");
  }

  /**
   * Why it failed.
   *
   * @param own the certificate that this end shows, as messages call it
   */
  public static String words(IOException failure, String own) {
    if (isRefusalByPeer(failure)) {
      return refusal(text(failure), own);
    }
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof CertificateException) {
        return "its certificate " + each.getMessage();
      }
    }
    return text(failure);
  }

  private static String refusal(String alert, String own) {
    if (alert.contains("certificate_required")) {
      return "it wants a certificate and got none that it can use";
    }
    if (alert.contains("certificate_expired")) {
      return "it says that " + own + " has expired: it has to be renewed";
    }
    if (ABOUT_OUR_CERTIFICATE.stream().anyMatch(alert::contains)) {
      return "it does not accept "
          + own
          + ": another authority signed it, it is for somebody else, or it has"
          + " expired";
    }
    if (alert.contains("protocol_version")) {
      return "there is no version of TLS that both speak; Berth speaks 1.3";
    }
    return alert;
  }

  private static String text(IOException failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
