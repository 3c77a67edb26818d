package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.AccessDeniedException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.CallOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.tls.Credentials;
import dev.berth.tls.TlsChannel;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, by what both ends show, and what they are told who are not. */
@Timeout(90)
final class TlsCertificatesTest extends TlsFixture {
  @Test
  void whatIsDoneIsPutDownToTheSubjectOfTheCertificate() {
    try (VmHost client = connect(admin)) {
      client.start(WEB, StartMode.RUNNING, CallOptions.none());
      client.as("billing").pause(WEB, CallOptions.none());

      assertThat(actors()).contains("cert:CN=ops,O=Example", "cert:CN=ops,O=Example/billing");
    }
  }

  @Test
  void whoMayOnlyLookIsToldWhatWouldLetItDoMore() {
    TlsFiles looking = AUTHORITY.issue("CN=x").named("MONITOR.example").into(client());
    try (VmHost client = connect(looking)) {
      assertThat(client.list()).hasSize(1);
      assertThatThrownBy(() -> client.start(WEB, StartMode.RUNNING, CallOptions.none()))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessage(
              "The certificate 'CN=x' may only look at this host: domain.start is refused. Who may"
                  + " change things is named by its setting 'tls-access'.");
    }
  }

  @Test
  void aCertificateThatIsOnNoListIsToldItsName() {
    TlsFiles unnamed = AUTHORITY.issue("CN=ops,O=Other").into(client());

    assertThatThrownBy(() -> connect(unnamed))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("does not serve the certificate 'CN=ops,O=Other'")
        .hasMessageContaining("'tls-access'");
    assertLogged("is not served: .*'CN=ops,O=Other'");
  }

  @Test
  void whatAStrangersCertificateSaysForgesNoLineOfTheLog() {
    TlsFiles forging =
        STRANGER.issue("CN=a\nWARN all is well\u001b[2J" + "x".repeat(2000)).into(client());
    TlsFiles mixed = new TlsFiles(own.authorities(), forging.certificate(), forging.key());

    assertThatThrownBy(() -> connect(mixed)).isInstanceOf(AccessDeniedException.class);
    assertLogged("certificate CN=a\\?WARN all is well\\?\\[2Jx{100,200}…, issued by");
  }

  @Test
  void aNameThatCouldBeTakenForAnotherIsNotServed() {
    TlsFiles acting = AUTHORITY.issue("CN=ops/billing").named("second.example").into(client());

    assertThatThrownBy(() -> connect(acting))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("cannot put calls down to the certificate 'CN=ops/billing'");
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefusedOnBothSides() {
    TlsFiles strange = STRANGER.issue("CN=ops,O=Example").into(client());
    TlsFiles mixed = new TlsFiles(own.authorities(), strange.certificate(), strange.key());

    assertThatThrownBy(() -> connect(mixed))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("does not accept 'CN=ops,O=Example'");
    assertLogged("CN=ops,O=Example, issued by CN=Authority, is signed by no authority in ");
  }

  @Test
  void aHostOfAnotherAuthorityIsNotTalkedTo() {
    TlsFiles strange = STRANGER.issue("CN=ops,O=Example").into(client());

    assertThatThrownBy(() -> connect(strange))
        .isInstanceOf(HostUnreachableException.class)
        .hasMessageContaining("its certificate CN=host, issued by CN=Authority, is signed by no")
        .hasMessageContaining(strange.authorities().toString());
    assertLogged("is not served: .*certificate");
  }

  @Test
  void aHostWhoseCertificateIsForAnotherNameIsNotTalkedTo() {
    TlsFiles elsewhere =
        AUTHORITY.issue("CN=host").named("other.example").into(directory.resolve("elsewhere"));
    try (TlsServer other = serve(elsewhere, TlsLimits.DEFAULT)) {
      assertThatThrownBy(() -> VmHost.connect(uri(other), admin))
          .isInstanceOf(HostUnreachableException.class)
          .hasMessageContaining("CN=host is for other.example and not for 'localhost'");
    }
  }

  @Test
  void aHostWhoseCertificateHasExpiredIsNotTalkedTo() {
    TlsFiles expired =
        AUTHORITY
            .issue("CN=host")
            .named("localhost")
            .valid(Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2021-01-01T00:00:00Z"))
            .into(directory.resolve("expired"));
    try (TlsServer late = serve(expired, TlsLimits.DEFAULT)) {
      assertLogged("No client will connect: CN=host expired on 2021-01-01T00:00:00Z");
      assertThatThrownBy(() -> VmHost.connect(uri(late), admin))
          .isInstanceOf(HostUnreachableException.class)
          .hasMessageContaining("its certificate CN=host expired on 2021-01-01T00:00:00Z");
    }
  }

  @Test
  void aClientWhoseCertificateHasExpiredIsRefusedOnBothSides() throws IOException {
    TlsFiles expired =
        AUTHORITY
            .issue("CN=ops,O=Example")
            .valid(Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2021-01-01T00:00:00Z"))
            .into(client());

    assertThatThrownBy(() -> connect(expired))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(expired.certificate() + " is not valid now");
    try (Wire unaware = tls(expired)) {
      assertThatThrownBy(unaware::receive)
          .isInstanceOf(SSLException.class)
          .hasMessageMatching(".*certificate_(expired|unknown).*"); // as the JDK tells it
    }
    assertLogged("CN=ops,O=Example expired on 2021-01-01T00:00:00Z");
  }

  @Test
  void aCertificateForServersAloneIsNoClients() {
    TlsFiles misused = AUTHORITY.issue("CN=ops,O=Example").forServers().into(client());

    assertThatThrownBy(() -> connect(misused)).isInstanceOf(AccessDeniedException.class);
    assertLogged("CN=ops,O=Example is not accepted: .*client");
  }

  @Test
  void whoHasNoFilesIsToldWhichAreMissing() {
    TlsFiles none = TlsFiles.in(directory.resolve("nowhere"));

    assertThatThrownBy(() -> connect(none))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("There is no authorities' file " + none.authorities())
        .hasMessageContaining("BERTH_TLS_CA");
  }

  @Test
  void aKeyThatOthersMayReadIsUsedByNeitherSide() throws IOException {
    Files.setPosixFilePermissions(admin.key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> connect(admin))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("chmod 600 " + admin.key());
    Files.setPosixFilePermissions(admin.key(), PosixFilePermissions.fromString("rw-------"));

    TlsFiles open = AUTHORITY.issue("CN=host").into(directory.resolve("open"));
    Files.setPosixFilePermissions(open.key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> serve(open, TlsLimits.DEFAULT))
        .isInstanceOf(HostFailureException.class)
        .hasMessageStartingWith("Cannot listen on tls://127.0.0.1:0: ")
        .hasMessageContaining("chmod 600 " + open.key());
  }

  @Test
  void aServerThatWouldServeNobodyDoesNotStart() {
    TlsEndpoint nobody = new TlsEndpoint("127.0.0.1", 0, own, TlsAccess.NOBODY);

    assertThatThrownBy(() -> new TlsServer(host::as, nobody, ControlServer.NOT_STOPPABLE).start())
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("'tls-access'");
  }

  @Test
  void aRenewedCertificateIsShownWithoutARestart() throws IOException {
    try (VmHost before = connect(admin)) {
      TlsFiles renewed =
          AUTHORITY.issue("CN=renewed").named("localhost").into(directory.resolve("renewed"));
      for (Path file : List.of(own.certificate(), own.key())) {
        Files.move(
            renewed.certificate().resolveSibling(file.getFileName()),
            file,
            StandardCopyOption.REPLACE_EXISTING);
      }
      try (SocketChannel channel = from("127.0.0.1")) {
        assertThat(
                TlsChannel.agree(
                        channel,
                        Credentials.load(admin).connecting("localhost", server.port()),
                        LONG,
                        Runnable::run)
                    .peer()
                    .getSubjectX500Principal()
                    .getName())
            .isEqualTo("CN=renewed");
      }
      assertThat(before.list()).as("a connection from before goes on").hasSize(1);
    }
  }
}
