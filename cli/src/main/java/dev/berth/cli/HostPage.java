package dev.berth.cli;

import dev.berth.cli.output.Age;
import dev.berth.cli.output.Printable;
import dev.berth.host.HostInfo;
import java.time.Duration;

/** Everything about a host, for people. */
final class HostPage {
  private static final int LABEL_WIDTH = 10;

  private final HostInfo info;
  private final Session session;
  private final StringBuilder page = new StringBuilder();

  HostPage(HostInfo info, Session session) {
    this.info = info;
    this.session = session;
  }

  /** The page, without its last line's end. */
  String text() {
    line("Version", info.version());
    line("Pid", info.pid() + uptime());
    line("Home", info.home().toString());
    line("Address", session.address().uri().toString());
    line("Domains", info.domains() + ", " + info.machines() + " with a machine");
    for (HostInfo.QemuInfo qemu : info.qemus()) {
      line(
          "QEMU",
          qemu.binary()
              + " "
              + qemu.version()
              + ", "
              + qemu.accelerator()
              + " ("
              + Printable.line(qemu.acceleratorReason())
              + ")");
    }
    if (info.qemus().isEmpty()) {
      line("QEMU", "not looked for yet: the first start does; 'vmctl doctor' does at once");
    }
    line(
        "Scopes",
        info.withoutScopes()
            .map(why -> "none, machines share the daemon's control group: " + Printable.line(why))
            .orElse("one for each machine"));
    page.setLength(page.length() - 1);
    return page.toString();
  }

  private void line(String label, String value) {
    page.append(label).append(':');
    page.append(" ".repeat(LABEL_WIDTH - label.length() - 1)).append(value).append('\n');
  }

  private String uptime() {
    if (session.address().isElsewhere()) {
      return "";
    }
    return ProcessHandle.of(info.pid())
        .flatMap(process -> process.info().startInstant())
        .map(start -> Duration.between(start, session.environment().clock().instant()))
        .map(up -> ", up " + Age.text(up))
        .orElse("");
  }
}
