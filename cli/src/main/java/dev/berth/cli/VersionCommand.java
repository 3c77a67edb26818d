package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.config.BerthVersion;
import dev.berth.control.HostInfoCodec;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.HostInfo;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.Optional;

/** {@code vmctl version}. */
final class VersionCommand implements Command {

  @Override
  public int run(Session session) throws IOException {
    Optional<HostInfo> host = host(session);
    session.output().result(() -> document(host), () -> lines(session, host));
    return ExitCodes.OK;
  }

  private static Optional<HostInfo> host(Session session) {
    try {
      return Optional.of(session.presentHost().info());
    } catch (HostUnreachableException absent) {
      return Optional.empty();
    }
  }

  private static ObjectNode document(Optional<HostInfo> host) {
    ObjectNode document = Json.object();
    document.putObject("vmctl").put("version", BerthVersion.TEXT).put("java", java());
    host.ifPresent(info -> document.set("host", HostInfoCodec.write(info)));
    return document;
  }

  private static String lines(Session session, Optional<HostInfo> host) {
    String daemon =
        host.map(info -> "daemon " + info.version() + ", pid " + info.pid())
            .orElseGet(() -> "no daemon answers at " + session.address().uri());
    return "vmctl  " + BerthVersion.TEXT + ", Java " + java() + "\n" + daemon;
  }

  private static String java() {
    return Runtime.version().toString();
  }
}
