package dev.berth.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Credentials of one who listens, read again when their files have changed: a renewed certificate
 * is shown from the next connection on. While the files cannot be used, one of them being replaced
 * before the other, those that were read last stay. Thread-safe.
 */
public final class WatchedCredentials {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedCredentials.class);
  private static final Duration SOON = Duration.ofDays(14);

  private final TlsFiles files;
  private List<Object> stamps;
  private Credentials current;
  private Instant nextWarning = Instant.MIN;

  private WatchedCredentials(TlsFiles files, List<Object> stamps, Credentials current) {
    this.files = files;
    this.stamps = stamps;
    this.current = current;
  }

  /**
   * Reads the files.
   *
   * @throws UnusableFileException naming the first that cannot be used
   */
  public static WatchedCredentials load(TlsFiles files) throws UnusableFileException {
    List<Object> stamps = stamps(files);
    WatchedCredentials watched = new WatchedCredentials(files, stamps, Credentials.load(files));
    watched.warn(Instant.now());
    return watched;
  }

  /** Those of now. */
  public synchronized Credentials current() {
    List<Object> now = stamps(files);
    if (!now.equals(stamps)) {
      stamps = now;
      try {
        current = Credentials.load(files);
        nextWarning = Instant.MIN;
        LOG.info("Read {} and what belongs to it again", files.certificate());
      } catch (UnusableFileException e) {
        LOG.warn("What was read before stays in use: {}", e.getMessage());
      }
    }
    warn(Instant.now());
    return current;
  }

  /** Once a day, when somebody connects. */
  private void warn(Instant now) {
    if (now.isBefore(nextWarning)) {
      return;
    }
    nextWarning = now.plus(Duration.ofDays(1));
    X509Certificate certificate = current.certificate();
    Instant end = certificate.getNotAfter().toInstant();
    if (end.isBefore(now)) {
      LOG.warn("No client will connect: {}", CertificateText.expired(certificate));
    } else if (end.isBefore(now.plus(SOON))) {
      LOG.warn("{} expires on {}: renew it", CertificateText.shown(certificate), end);
    }
  }

  private static List<Object> stamps(TlsFiles files) {
    List<Object> stamps = new ArrayList<>();
    for (Path file : List.of(files.authorities(), files.certificate(), files.key())) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        stamps.add(Objects.requireNonNullElse(attributes.fileKey(), file));
        stamps.add(attributes.lastModifiedTime());
        stamps.add(attributes.size());
      } catch (IOException gone) {
        stamps.add(file);
      }
    }
    return stamps;
  }
}
