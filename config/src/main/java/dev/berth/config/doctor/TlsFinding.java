package dev.berth.config.doctor;

import dev.berth.control.TlsEndpoint;
import dev.berth.doctor.Finding;
import dev.berth.tls.CertificateText;
import dev.berth.tls.Credentials;
import dev.berth.tls.UnusableFileException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** What a host would show to clients on other machines, and for how long. */
final class TlsFinding {
  private static final String CHECK = "tls";
  private static final Duration SOON = Duration.ofDays(30);

  private final TlsEndpoint endpoint;
  private final Clock clock;

  TlsFinding(TlsEndpoint endpoint, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  Finding examine() {
    try {
      return examine(Credentials.load(endpoint.files()).certificate());
    } catch (UnusableFileException e) {
      return Finding.problem(
          CHECK,
          e.getMessage() + " No host starts with the setting 'listen' then.",
          "mend the file, or take the setting back");
    }
  }

  private Finding examine(X509Certificate certificate) {
    String name = "certificate " + CertificateText.shown(certificate);
    Instant end = certificate.getNotAfter().toInstant();
    String remedy = "renew " + endpoint.files().certificate() + "; a host that runs takes it up";
    if (end.isBefore(clock.instant())) {
      return Finding.problem(
          CHECK, name + " expired on " + end + ": no client from elsewhere connects", remedy);
    }
    return end.isBefore(clock.instant().plus(SOON))
        ? Finding.note(CHECK, name + " expires on " + end, remedy)
        : Finding.ok(CHECK, name + " is valid until " + end);
  }
}
