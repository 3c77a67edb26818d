package dev.berth.cli;

import dev.berth.control.HostInfoCodec;
import dev.berth.host.HostInfo;
import java.io.IOException;

/** {@code vmctl host info}. */
final class HostInfoCommand implements Command {

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    HostInfo info = session.host().info();
    session
        .output()
        .result(() -> HostInfoCodec.write(info), () -> new HostPage(info, session).text());
    return ExitCodes.OK;
  }
}
