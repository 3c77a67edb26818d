package dev.berth.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.x500.X500Principal;

/** What certificates say, for people. Stateless. */
public final class CertificateText {
  private static final int MAIL = 1;
  private static final int DNS = 2;
  private static final int ADDRESS = 7;
  private static final int LONGEST_SHOWN = 200;

  private CertificateText() {}

  /** Who has it: its subject, or its alternative names when that is empty. */
  public static String name(X509Certificate certificate) {
    String subject = text(certificate.getSubjectX500Principal());
    return subject.isEmpty() ? String.join(", ", alternatives(certificate)) : subject;
  }

  /** The same for messages: of strangers too, whose names may be long or forge lines. */
  public static String shown(X509Certificate certificate) {
    return shown(name(certificate));
  }

  private static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .limit(LONGEST_SHOWN)
        .map(each -> Character.isISOControl(each) ? '?' : each)
        .forEach(shown::appendCodePoint);
    return name.length() > LONGEST_SHOWN ? shown.append('…').toString() : shown.toString();
  }

  /** Who has signed it. */
  static String issuer(X509Certificate certificate) {
    return shown(text(certificate.getIssuerX500Principal()));
  }

  /** The names of DNS and of mail that it has besides its subject. */
  public static Set<String> names(X509Certificate certificate) {
    return alternatives(certificate, Set.of(MAIL, DNS));
  }

  private static Set<String> alternatives(X509Certificate certificate) {
    return alternatives(certificate, Set.of(MAIL, DNS, ADDRESS));
  }

  private static Set<String> alternatives(X509Certificate certificate, Set<Integer> kinds) {
    Set<String> names = new TreeSet<>();
    try {
      Collection<List<?>> entries = certificate.getSubjectAlternativeNames();
      if (entries != null) {
        for (List<?> entry : entries) {
          if (kinds.contains((Integer) entry.get(0))) {
            names.add((String) entry.get(1));
          }
        }
      }
    } catch (CertificateParsingException unreadable) {
      return Set.of();
    }
    return names;
  }

  /** A name as RFC 2253 writes it. */
  private static String text(X500Principal name) {
    return name.getName(X500Principal.RFC2253);
  }

  /** Says that it has expired, and when. */
  public static String expired(X509Certificate certificate) {
    return shown(certificate)
        + " expired on "
        + certificate.getNotAfter().toInstant()
        + ": it has to be renewed";
  }

  static String notYetValid(X509Certificate certificate) {
    return shown(certificate)
        + " is not valid before "
        + certificate.getNotBefore().toInstant()
        + ": compare the clocks of both machines";
  }

  static String wrongName(X509Certificate certificate, String host) {
    return shown(certificate)
        + " is for "
        + (alternatives(certificate).isEmpty()
            ? "no host by a name of its own (subjectAltName)"
            : shown(String.join(", ", alternatives(certificate))))
        + " and not for '"
        + host
        + "': connect by a name that it has";
  }
}
