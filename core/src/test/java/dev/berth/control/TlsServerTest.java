package dev.berth.control;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.LogKind;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.tls.Credentials;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsChannel;
import dev.berth.tls.TlsFiles;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A server for TLS among clients without a right to it, and clients among servers that are not
 * theirs. Each test ends with a client that is served.
 */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class TlsServerTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final TestAuthority STRANGER = TestAuthority.create("CN=Authority");
  private static final ControlLimits LIMITS = new ControlLimits(8, 4, Duration.ofSeconds(5));
  private static final DomainRef WEB = DomainRef.of("web");
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TlsFiles own;
  private TlsFiles admin;
  private TlsServer server;

  @BeforeEach
  void start() {
    log.start();
    logger().addAppender(log);
    own =
        AUTHORITY
            .issue("CN=host")
            .named("localhost")
            .at(InetAddress.getLoopbackAddress())
            .into(directory.resolve("host"));
    admin = AUTHORITY.issue("CN=ops,O=Example").into(directory.resolve("admin"));
    server = serve(own, new TlsLimits(6, 4, LONG, 3));
    host.define(
        new DefinitionDocument("name: web\nmemory: 64MiB\n", "web.yaml", Path.of("/")),
        new DefineCondition.Always());
  }

  @AfterEach
  void close() {
    othersAreServed();
    server.close();
    logger().detachAppender(log);
    host.close();
  }

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
  void aPortThatIsTakenIsNamed() {
    TlsEndpoint taken = new TlsEndpoint("127.0.0.1", server.port(), own, access());

    assertThatThrownBy(() -> new TlsServer(host::as, taken, ControlServer.NOT_STOPPABLE).start())
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("'listen'");
  }

  @Test
  void whoSpeaksNoTlsIsToldSo() throws IOException {
    try (Socket plain = new Socket("127.0.0.1", server.port())) {
      plain
          .getOutputStream()
          .write("{\"jsonrpc\":\"2.0\",\"id\":1}\n".getBytes(StandardCharsets.UTF_8));
      JsonNode answer = Json.read(plain.getInputStream().readAllBytes());
      assertThat(answer.at("/error/data/code").asText()).isEqualTo("unsupported");
      assertThat(answer.at("/error/message").asText()).contains("TLS 1.3", "certificate");
    }
    assertLogged("sent what is no TLS");
  }

  @Test
  void aHostThatSpeaksNoTlsIsNamed() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread answering =
          new Thread(
              () -> {
                try (Socket client = plain.accept()) {
                  client.getOutputStream().write("220 mail.example ESMTP\r\n".getBytes());
                  client.getInputStream().readAllBytes();
                } catch (IOException e) {
                  Thread.currentThread().interrupt();
                }
              });
      answering.start();
      assertThatThrownBy(
              () -> VmHost.connect(URI.create("tls://127.0.0.1:" + plain.getLocalPort()), admin))
          .isInstanceOf(HostUnreachableException.class)
          .hasMessageContaining("does not speak TLS");
      answering.join();
    }
  }

  @Test
  void whereNobodyListensIsNamed() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
      port = gone.getLocalPort();
    }
    assertThatThrownBy(() -> VmHost.connect(URI.create("tls://127.0.0.9:" + port), admin))
        .isInstanceOf(HostUnreachableException.class)
        .hasMessageContaining("tls://127.0.0.9:" + port)
        .hasMessageContaining("nobody listens there");
  }

  @Test
  void halfAHandshakeAndSilenceEndsInTime() throws IOException {
    try (TlsServer strict = serve(own, new TlsLimits(4, 4, Duration.ofMillis(300), 3));
        Socket silent = new Socket("127.0.0.1", strict.port())) {
      silent.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      assertLogged("is not served: the handshake takes too long");
    }
  }

  @Test
  void manyWhoStaySilentKeepOutNobodyFromElsewhere() throws IOException {
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        silent.add(from("127.0.0.3"));
      }
      assertLogged("/127.0.0.3 is sent away: too many");
      othersAreServed();
    } finally {
      for (SocketChannel each : silent) {
        each.close();
      }
    }
  }

  @Test
  void oneCertificateCannotTakeAllPlaces() {
    List<VmHost> greedy = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        greedy.add(connect(admin));
      }
      assertThatThrownBy(() -> connect(admin))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("'CN=ops,O=Example' has 3 connections");
      try (VmHost other = connect(AUTHORITY.issue("CN=second").into(client()))) {
        assertThat(other.list()).hasSize(1);
      }
    } finally {
      greedy.forEach(VmHost::close);
    }
  }

  @Test
  void aClientThatVanishesInTheMiddleOfALineHarmsNobody() throws IOException {
    try (Wire rude = tls(admin)) {
      rude.sendLine("{\"jsonrpc\":\"2.0\",\"id\":1,\"met".getBytes(StandardCharsets.UTF_8));
    }
    try (SocketChannel rude = from("127.0.0.1")) {
      rude.write(ByteBuffer.wrap(new byte[] {22, 3, 3, 127, 127, 0, 0, 0, 0}));
    }
  }

  @Test
  void aClientThatNeverReadsHarmsNobody() throws IOException {
    host.guestWrites(WEB, "x".repeat(1_000_000));
    try (Wire deaf = tls(admin)) {
      for (int i = 0; i < 50; i++) {
        deaf.sendLine(
            ("{\"jsonrpc\":\"2.0\",\"id\":"
                    + i
                    + ",\"method\":\"domain.log\",\"params\":"
                    + "{\"domain\":\"web\",\"kind\":\"console\",\"maxBytes\":1000000}}\n")
                .getBytes(StandardCharsets.UTF_8));
      }
      othersAreServed();
    }
  }

  @Test
  void aLongLineGoesThroughAndALongerOneEndsTheConnection() throws IOException {
    host.guestWrites(WEB, "x".repeat(3_000_000));
    try (VmHost client = connect(admin)) {
      assertThat(client.log(WEB, LogKind.CONSOLE, 3_000_000)).hasSize(3_000_000);
    }
    try (Wire rude = tls(admin)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  rude.sendLine(new byte[20 * 1024 * 1024]);
                } catch (IOException expected) {
                  Thread.currentThread().interrupt();
                }
              });
      sender.start();
      JsonNode answer = Json.read(rude.receive().orElseThrow());
      assertThat(answer.at("/error/message").asText()).contains("16777216");
      eventually(() -> assertThat(sender.isAlive()).isFalse());
    }
  }

  @Test
  void descriptorsAreRefusedWithTheRemedyOnBothSides() throws IOException {
    Resources resources = Resources.of(Map.of("disk", FileDescriptor.in), Map.of());
    try (VmHost client = connect(admin)) {
      assertThatThrownBy(() -> client.start(WEB, StartMode.RUNNING, resources, CallOptions.none()))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("cannot be given over TCP")
          .hasMessageContaining("over its control socket");
    }
    try (Wire raw = tls(admin)) {
      raw.sendLine(
          ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.start\",\"params\":"
                  + "{\"domain\":\"web\",\"mode\":\"running\",\"descriptors\":[\"disk\"]}}\n")
              .getBytes(StandardCharsets.UTF_8));
      JsonNode answer = Json.read(raw.receive().orElseThrow());
      assertThat(answer.at("/error/message").asText()).contains("none can come over TCP");
    }
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

  @Test
  void closingEndsThoseWhoAreInTheMiddleOfAHandshake() throws Exception {
    try (TlsServer other = serve(own, TlsLimits.DEFAULT);
        Socket silent = new Socket("127.0.0.1", other.port());
        VmHost client = VmHost.connect(uri(other), admin)) {
      Thread closer = new Thread(other::close);
      closer.start();
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      closer.join();
      assertThatThrownBy(client::list).isInstanceOf(HostUnreachableException.class);
    }
  }

  private TlsServer serve(TlsFiles files, TlsLimits limits) {
    TlsEndpoint endpoint = new TlsEndpoint("127.0.0.1", 0, files, access());
    return new TlsServer(host::as, endpoint, ControlServer.NOT_STOPPABLE, LIMITS, limits).start();
  }

  private static TlsAccess access() {
    return new TlsAccess(
        TlsAccess.Names.parse("o=example + cn=none; CN=ops, O=Example; CN=second; second.example"),
        TlsAccess.Names.parse("monitor.example"));
  }

  private List<String> actors() {
    List<String> actors = new ArrayList<>();
    try (EventStream events = host.events(0)) {
      while (actors.size() < host.eventRange().newest()) {
        actors.add(events.next(LONG).orElseThrow().actor());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return actors;
  }

  private Path client() {
    return directory.resolve("client");
  }

  private VmHost connect(TlsFiles files) {
    return VmHost.connect(uri(server), files);
  }

  private static URI uri(TlsServer server) {
    return URI.create("tls://localhost:" + server.port());
  }

  /** A client that checks nothing of its own. */
  private Wire tls(TlsFiles files) throws IOException {
    TlsChannel channel =
        TlsChannel.agree(
            from("127.0.0.1"),
            Credentials.load(files).connecting("localhost", server.port()),
            LONG,
            Runnable::run);
    return new Wire(channel, new TlsInput(channel), Protocol.MAX_REPLY_BYTES);
  }

  private SocketChannel from(String address) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.bind(new InetSocketAddress(address, 0));
    channel.connect(new InetSocketAddress("127.0.0.1", server.port()));
    return channel;
  }

  private void othersAreServed() {
    try (VmHost other = connect(AUTHORITY.issue("CN=second").into(directory.resolve("other")))) {
      assertThat(other.list()).hasSize(1);
    }
  }

  private void assertLogged(String pattern) {
    eventually(
        () ->
            assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.matches("(?s).*" + pattern + ".*")));
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.berth");
  }
}
