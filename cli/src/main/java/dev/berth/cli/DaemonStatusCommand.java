package dev.berth.cli;

import dev.berth.cli.output.Age;
import dev.berth.control.HostInfoCodec;
import dev.berth.host.HostInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** {@code vmctl daemon status}. */
final class DaemonStatusCommand implements Command {

  @Override
  public int run(Session session) throws IOException {
    HostInfo info = session.presentHost().info();
    session.output().result(() -> HostInfoCodec.write(info), () -> page(info, session));
    return ExitCodes.OK;
  }

  private static String page(HostInfo info, Session session) {
    StringBuilder page = new StringBuilder();
    page.append("Version:  ").append(info.version());
    page.append("\nPid:      ").append(info.pid());
    page.append(uptime(info.pid(), session.environment().clock().instant()));
    page.append("\nHome:     ").append(info.home());
    page.append("\nAddress:  ").append(session.address().uri());
    page.append("\nDomains:  ").append(info.domains());
    page.append(", ").append(info.machines()).append(" with a machine");
    for (HostInfo.QemuInfo qemu : info.qemus()) {
      page.append("\nQEMU:     ").append(qemu.binary()).append(' ').append(qemu.version());
      page.append(", ").append(qemu.accelerator());
      page.append(" (").append(qemu.acceleratorReason()).append(')');
    }
    return page.toString();
  }

  private static String uptime(long pid, Instant now) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().startInstant())
        .map(start -> ", up " + Age.text(Duration.between(start, now)))
        .orElse("");
  }
}
