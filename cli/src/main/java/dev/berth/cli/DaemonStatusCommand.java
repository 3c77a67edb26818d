package dev.berth.cli;

import dev.berth.control.HostInfoCodec;
import dev.berth.host.HostInfo;
import java.io.IOException;

/** {@code vmctl daemon status}: unlike {@code host info}, it never starts a daemon that died. */
final class DaemonStatusCommand implements Command {

  @Override
  public int run(Session session) throws IOException {
    HostInfo info = session.presentHost().info();
    session
        .output()
        .result(() -> HostInfoCodec.write(info), () -> new HostPage(info, session).text());
    return ExitCodes.OK;
  }
}
