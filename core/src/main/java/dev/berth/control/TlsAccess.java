package dev.berth.control;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.tls.CertificateText;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * Whom a host serves over TLS: certificates by name. One that an authority has signed and nobody
 * names is not served. Immutable.
 *
 * @param full who may make every call
 * @param readOnly who may look, and change nothing
 * @param hosts hosts that are trusted like this one: they may make every call, and have this host
 *     take machines, which is to run what they say
 */
@Api(since = "0.1")
public record TlsAccess(Names full, Names readOnly, Names hosts) {
  /** Serves nobody. */
  public static final TlsAccess NOBODY = new TlsAccess(Names.NONE, Names.NONE);

  /** Serves no host that has machines to give. */
  public TlsAccess(Names full, Names readOnly) {
    this(full, readOnly, Names.NONE);
  }

  /** Whether nobody is named at all. */
  boolean isNobody() {
    return full.isEmpty() && readOnly.isEmpty() && hosts.isEmpty();
  }

  /** What the owner of a certificate may do: the most that any list gives it. */
  Access of(X509Certificate certificate) {
    if (full.contain(certificate) || isHost(certificate)) {
      return Access.FULL;
    }
    return readOnly.contain(certificate) ? Access.READ_ONLY : Access.NONE;
  }

  /** Whether it is that of a host whose machines this one takes. */
  boolean isHost(X509Certificate certificate) {
    return hosts.contain(certificate);
  }

  /**
   * Certificates by what they say of their owner. Case and spaces make no difference.
   *
   * @param subjects whole subjects, such as {@code CN=ops,O=Example}, as RFC 2253 writes them
   * @param alternatives names of DNS or of mail among the alternative ones of a subject
   */
  public record Names(Set<String> subjects, Set<String> alternatives) {
    private static final Names NONE = new Names(Set.of(), Set.of());

    /**
     * Copies the sets.
     *
     * @throws InvalidRequestException naming one that is no subject
     */
    public Names {
      subjects = subjects.stream().map(Names::canonical).collect(Collectors.toUnmodifiableSet());
      alternatives =
          alternatives.stream().map(Names::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Names from a text such as {@code CN=ops,O=Example; host-b.example}: separated by semicolons;
     * a whole subject as RFC 2253 writes it, or one of the alternative names.
     *
     * @throws InvalidRequestException naming a part that is neither
     */
    public static Names parse(String text) {
      Set<String> subjects = new LinkedHashSet<>();
      Set<String> alternatives = new LinkedHashSet<>();
      for (String part : text.split(";")) {
        String name = part.strip();
        if (name.contains("=")) {
          subjects.add(name);
        } else if (name.matches("[A-Za-z0-9_@.+-]+")) {
          alternatives.add(name);
        } else if (!name.isEmpty()) {
          throw new InvalidRequestException(
              "'" + Params.printable(name) + "' is neither a subject nor a name of DNS or mail");
        }
      }
      return new Names(subjects, alternatives);
    }

    private static String canonical(String subject) {
      try {
        return canonical(new X500Principal(subject));
      } catch (IllegalArgumentException e) {
        throw new InvalidRequestException(
            "'" + Params.printable(subject) + "' is no subject as RFC 2253 writes it", e);
      }
    }

    /** What the JDK compares as well. */
    private static String canonical(X500Principal subject) {
      return subject.getName(X500Principal.CANONICAL);
    }

    private static String lowerCase(String name) {
      return name.toLowerCase(Locale.ROOT);
    }

    boolean isEmpty() {
      return subjects.isEmpty() && alternatives.isEmpty();
    }

    private boolean contain(X509Certificate certificate) {
      return subjects.contains(canonical(certificate.getSubjectX500Principal()))
          || CertificateText.names(certificate).stream()
              .map(Names::lowerCase)
              .anyMatch(alternatives::contains);
    }
  }
}
