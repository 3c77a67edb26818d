package dev.berth.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading of PEM files as the JDK, OpenSSL and people leave them. */
final class CredentialsTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void keysOfEachUsualAlgorithmAreRead(String algorithm) throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=a,O=b").keys(algorithm).into(directory);

    assertThat(CertificateText.name(Credentials.load(files).certificate())).isEqualTo("CN=a,O=b");
  }

  @ParameterizedTest
  @CsvSource({
    "EC,      ec -in in.pem -out key.pem,                   EC PRIVATE KEY",
    "RSA,     rsa -traditional -in in.pem -out key.pem,     RSA PRIVATE KEY",
    "Ed25519, pkey -in in.pem -out key.pem,                 PRIVATE KEY"
  })
  void whatOpensslWritesIsRead(String algorithm, String command, String label) throws Exception {
    TlsFiles files = AUTHORITY.issue("CN=a").keys(algorithm).into(directory);
    Files.move(files.key(), directory.resolve("in.pem"));
    openssl(command);
    prepend(files.certificate(), "subject=CN = a\n    Signature: aa-bb\n");

    assertThat(Files.readString(files.key())).contains("-----BEGIN " + label + "-----");
    assertThat(Credentials.load(files)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkey -in in.pem -out key.pem -aes256 -passout pass:secret",
        "ec -in in.pem -out key.pem -aes256 -passout pass:secret"
      })
  void anEncryptedKeyIsRefusedWithTheRemedy(String command) throws Exception {
    TlsFiles files = AUTHORITY.issue("CN=a").into(directory);
    Files.move(files.key(), directory.resolve("in.pem"));
    openssl(command);

    assertRefused(files, "is encrypted.*openssl pkey");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-"})
  void aKeyThatOthersMayReadIsRefusedWithTheRemedy(String mode) throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=a").into(directory);
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(mode));

    assertRefused(files, "is open to others than its owner.*chmod 600 " + files.key());
  }

  @Test
  void theKeyOfAnotherCertificateIsRefused() throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=a").into(directory);
    TlsFiles other = AUTHORITY.issue("CN=b").into(directory.resolve("other"));

    assertRefused(
        new TlsFiles(files.authorities(), files.certificate(), other.key()),
        "is not that of its certificate");
  }

  @Test
  void whatIsMissingOrOfAnotherKindIsNamed() throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=a").into(directory);
    Path nothing = directory.resolve("nothing");

    assertRefused(
        new TlsFiles(nothing, files.certificate(), files.key()), "no authorities' file " + nothing);
    assertRefused(
        new TlsFiles(files.authorities(), nothing, files.key()), "no certificate " + nothing);
    assertRefused(
        new TlsFiles(files.authorities(), files.certificate(), nothing), "private key " + nothing);
    assertRefused(
        new TlsFiles(files.authorities(), files.key(), files.key()), "holds no certificate");
    assertRefused(
        new TlsFiles(files.authorities(), files.certificate(), files.certificate()),
        "open to others|holds no private key");
    assertRefused(new TlsFiles(directory, files.certificate(), files.key()), "is no file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAAA", "MIIB", "====", "MIIBIjANBgkqhkiG9w0BAQ"})
  void aDamagedFileIsNamed(String base64) throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=a").into(directory);
    Files.writeString(
        files.certificate(),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    assertRefused(files, "certificate " + files.certificate() + " holds no readable certificate");

    TlsFiles again = AUTHORITY.issue("CN=a").into(directory);
    for (String label : new String[] {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"}) {
      Files.writeString(
          again.key(),
          "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
      assertRefused(again, "private key " + again.key() + " cannot be read");
    }
  }

  @Test
  void filesThatChangeAreReadAgainAndThoseThatAreHalfReplacedAreNot() throws IOException {
    TlsFiles files = AUTHORITY.issue("CN=first").into(directory);
    WatchedCredentials watched = WatchedCredentials.load(files);

    TlsFiles next = AUTHORITY.issue("CN=second").into(directory.resolve("next"));
    replace(next.certificate(), files.certificate());
    assertThat(nameOf(watched)).isEqualTo("CN=first");
    replace(next.key(), files.key());
    assertThat(nameOf(watched)).isEqualTo("CN=second");
    Files.delete(files.authorities());
    assertThat(nameOf(watched)).isEqualTo("CN=second");
  }

  private static String nameOf(WatchedCredentials watched) {
    return CertificateText.name(watched.current().certificate());
  }

  private static void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void assertRefused(TlsFiles files, String message) {
    assertThatThrownBy(() -> Credentials.load(files))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageMatching("(?s).*(" + message + ").*");
  }

  private static void prepend(Path file, String text) throws IOException {
    Files.writeString(file, text + Files.readString(file));
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(("openssl " + arguments).split(" +"))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    Files.setPosixFilePermissions(
        directory.resolve("key.pem"), PosixFilePermissions.fromString("rw-------"));
  }
}
