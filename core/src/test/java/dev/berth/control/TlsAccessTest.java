package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import dev.berth.tls.Credentials;
import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsAccessTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CN=ops,O=Example          | x.example | FULL",
        "CN=OPS, O=Example         | x.example | FULL",
        "O=Example,CN=ops          | x.example | NONE",
        "CN=ops                    | x.example | NONE",
        "CN=ops,O=Example,C=DE     | x.example | NONE",
        "CN=x                      | host-b.EXAMPLE | FULL",
        "CN=host-b.example         | x.example | NONE",
        "CN=x                      | look.example | READ_ONLY",
        "CN=ops,O=Example          | look.example | FULL",
        "CN=x                      | *.example | NONE"
      })
  void aCertificateMayDoTheMostThatAnyListGivesIt(String subject, String name, Access expected)
      throws IOException {
    TlsAccess access =
        new TlsAccess(
            TlsAccess.Names.parse("cn=ops, o=Example; Host-B.example"),
            TlsAccess.Names.parse("look.example;;CN=ops,O=Example"));

    assertThat(access.of(certificate(subject, name))).isEqualTo(expected);
  }

  @Test
  void aHostOfTheSameTrustMayDoEverythingAndAnotherIsNoHost() throws IOException {
    TlsAccess access =
        new TlsAccess(
            TlsAccess.Names.parse("CN=ops"),
            TlsAccess.Names.parse("CN=host-b"),
            TlsAccess.Names.parse("CN=host-b; host-c.example"));

    assertThat(access.of(certificate("CN=host-b", "x.example"))).isEqualTo(Access.FULL);
    assertThat(access.isHost(certificate("CN=host-b", "x.example"))).isTrue();
    assertThat(access.isHost(certificate("CN=x", "host-c.example"))).isTrue();
    assertThat(access.isHost(certificate("CN=ops", "x.example"))).isFalse();
    assertThat(
            new TlsAccess(
                    TlsAccess.Names.parse(""),
                    TlsAccess.Names.parse(""),
                    TlsAccess.Names.parse("CN=host-b"))
                .isNobody())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CN=a; two words", "CN=a; =b", "*.example", "CN=a,,"})
  void whatIsNoNameIsNamed(String text) {
    assertThatThrownBy(() -> TlsAccess.Names.parse(text))
        .isInstanceOf(InvalidRequestException.class);
  }

  private X509Certificate certificate(String subject, String name) throws IOException {
    return Credentials.load(AUTHORITY.issue(subject).named(name).into(directory)).certificate();
  }
}
