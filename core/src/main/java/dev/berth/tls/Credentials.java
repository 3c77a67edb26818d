package dev.berth.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What one end of TLS connections shows and believes, read from its files and checked. Thread-safe.
 *
 * <p>Each connection has a context of its own, so none resumes the session of another: whoever
 * connects shows its certificate, and it is checked then.
 */
public final class Credentials {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final OneKey key;
  private final TrustManager trust;

  private Credentials(OneKey key, TrustManager trust) {
    this.key = key;
    this.trust = trust;
  }

  /**
   * Reads the files.
   *
   * @throws UnusableFileException naming the first that cannot be used
   */
  public static Credentials load(TlsFiles files) throws UnusableFileException {
    List<X509Certificate> authorities = certificates(files.authorities(), "authorities' file");
    List<X509Certificate> chain = certificates(files.certificate(), "certificate");
    PrivateKey key = PrivateKeyFile.read(files.key(), chain.get(0).getPublicKey());
    return new Credentials(
        new OneKey(chain, key), new WordyTrust(trust(authorities), files.authorities()));
  }

  /** The certificate that this end shows. */
  public X509Certificate certificate() {
    return key.certificate();
  }

  /** The side of one connection that was connected to; it demands a certificate. */
  public SSLEngine accepting() {
    SSLEngine engine = context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  /** The side of one connection that connects to a host, whose certificate has to be for it. */
  public SSLEngine connecting(String host, int port) {
    SSLEngine engine = context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  private SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance(PROTOCOLS[0]);
      context.init(new KeyManager[] {key}, new TrustManager[] {trust}, null);
      return context;
    } catch (NoSuchAlgorithmException | KeyManagementException e) {
      throw new IllegalStateException("this JDK has no TLS 1.3", e);
    }
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate each : authorities) {
        store.setCertificateEntry("authority-" + store.size(), each);
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException("this JDK cannot check certificates", e);
    }
  }

  private static List<X509Certificate> certificates(Path file, String what)
      throws UnusableFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (PemFile.Block block : PemFile.read(file, what)) {
        if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
          certificates.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new UnusableFileException(
          "The " + what + " " + file + " holds no readable certificate: " + e.getMessage() + ".",
          e);
    }
    if (certificates.isEmpty()) {
      throw new UnusableFileException("The " + what + " " + file + " holds no certificate in PEM.");
    }
    return certificates;
  }
}
