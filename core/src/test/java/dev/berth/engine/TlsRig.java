package dev.berth.engine;

import dev.berth.control.ControlServer;
import dev.berth.control.TlsAccess;
import dev.berth.control.TlsEndpoint;
import dev.berth.control.TlsServer;
import dev.berth.host.VmHost;
import dev.berth.tls.TestAuthority;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;

/** An engine behind TLS, as seen by a client that may do everything. */
final class TlsRig extends EngineRig {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final String CLIENT = "CN=contract";

  private final TlsServer server;
  private final VmHost host;

  TlsRig(Path directory) {
    super(directory);
    TlsFiles own = AUTHORITY.issue("CN=host").named("localhost").into(directory.resolve("own"));
    TlsAccess access = new TlsAccess(TlsAccess.Names.parse(CLIENT), TlsAccess.Names.parse(""));
    server =
        new TlsServer(
                engineHost().engine()::as,
                new TlsEndpoint("127.0.0.1", 0, own, access),
                ControlServer.NOT_STOPPABLE)
            .start();
    host =
        VmHost.connect(
            URI.create("tls://localhost:" + server.port()),
            AUTHORITY.issue(CLIENT).into(directory.resolve("client")));
  }

  @Override
  public VmHost host() {
    return host;
  }

  @Override
  public String me() {
    return "cert:" + CLIENT;
  }

  @Override
  public String named(String actor) {
    return me() + "/" + actor;
  }

  @Override
  public void close() {
    host.close();
    server.close();
    super.close();
  }
}
