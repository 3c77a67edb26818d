package dev.berth.tls;

import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes what the JDK believes, and says in plain words why it does not believe something. The
 * words go to whoever asked for the connection, or to the log of who was connected to.
 */
final class WordyTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager trust;
  private final Path authorities;

  WordyTrust(X509ExtendedTrustManager trust, Path authorities) {
    this.trust = trust;
    this.authorities = authorities;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      trust.checkClientTrusted(chain, type, engine);
    } catch (CertificateException e) {
      throw new CertificateException(words(chain[0], e), reason(e));
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      trust.checkServerTrusted(chain, type, engine);
    } catch (CertificateException e) {
      throw new CertificateException(
          e.getClass() == CertificateException.class // nothing but the name is told by this class
              ? CertificateText.wrongName(chain[0], engine.getPeerHost())
              : words(chain[0], e),
          reason(e));
    }
  }

  /** What the JDK looks at to choose the alert that the peer gets. */
  private static Throwable reason(CertificateException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  private String words(X509Certificate certificate, CertificateException reason) {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      return CertificateText.expired(certificate);
    } catch (CertificateNotYetValidException e) {
      return CertificateText.notYetValid(certificate);
    }
    String name = CertificateText.shown(certificate);
    return isOfAnotherAuthority(reason.getCause())
        ? name
            + ", issued by "
            + CertificateText.issuer(certificate)
            + ", is signed by no authority in "
            + authorities
        : name + " is not accepted: " + reason.getMessage();
  }

  /** Another one may have the same name. */
  private static boolean isOfAnotherAuthority(@Nullable Throwable reason) {
    return reason instanceof CertPathBuilderException
        || reason instanceof CertPathValidatorException invalid
            && invalid.getReason() == BasicReason.INVALID_SIGNATURE;
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trust.checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trust.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trust.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trust.checkServerTrusted(chain, type, socket);
  }
}
