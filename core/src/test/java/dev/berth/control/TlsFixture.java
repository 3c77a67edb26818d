package dev.berth.control;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.tls.Credentials;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsChannel;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A host behind TLS in which one domain is defined. Each test ends with a client that is served,
 * and leaves nothing.
 */
@ExtendWith(LeakCheck.class)
abstract class TlsFixture {
  static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  static final TestAuthority STRANGER = TestAuthority.create("CN=Authority");
  static final ControlLimits LIMITS = new ControlLimits(8, 4, Duration.ofSeconds(5));
  static final DomainRef WEB = DomainRef.of("web");
  static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  final MemoryHost host = MemoryHost.create();
  final ListAppender<ILoggingEvent> log = new ListAppender<>();
  TlsFiles own;
  TlsFiles admin;
  TlsServer server;

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

  final TlsServer serve(TlsFiles files, TlsLimits limits) {
    TlsEndpoint endpoint = new TlsEndpoint("127.0.0.1", 0, files, access());
    return new TlsServer(host::as, endpoint, ControlServer.NOT_STOPPABLE, LIMITS, limits).start();
  }

  static TlsAccess access() {
    return new TlsAccess(
        TlsAccess.Names.parse("o=example + cn=none; CN=ops, O=Example; CN=second; second.example"),
        TlsAccess.Names.parse("monitor.example"));
  }

  final List<String> actors() {
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

  final Path client() {
    return directory.resolve("client");
  }

  final VmHost connect(TlsFiles files) {
    return VmHost.connect(uri(server), files);
  }

  static URI uri(TlsServer server) {
    return URI.create("tls://localhost:" + server.port());
  }

  /** A client that checks nothing of its own. */
  final Wire tls(TlsFiles files) throws IOException {
    TlsChannel channel =
        TlsChannel.agree(
            from("127.0.0.1"),
            Credentials.load(files).connecting("localhost", server.port()),
            LONG,
            Runnable::run);
    return new Wire(channel, new TlsInput(channel), Protocol.MAX_REPLY_BYTES);
  }

  final SocketChannel from(String address) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.bind(new InetSocketAddress(address, 0));
    channel.connect(new InetSocketAddress("127.0.0.1", server.port()));
    return channel;
  }

  final void othersAreServed() {
    try (VmHost other = connect(AUTHORITY.issue("CN=second").into(directory.resolve("other")))) {
      assertThat(other.list()).hasSize(1);
    }
  }

  final void assertLogged(String pattern) {
    eventually(
        () ->
            assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.matches("(?s).*" + pattern + ".*")));
  }

  static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.berth");
  }
}
