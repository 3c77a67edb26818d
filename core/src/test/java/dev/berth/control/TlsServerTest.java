package dev.berth.control;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.LogKind;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server for TLS among clients that are wrong, rude, slow or many. */
@Timeout(90)
final class TlsServerTest extends TlsFixture {
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
}
