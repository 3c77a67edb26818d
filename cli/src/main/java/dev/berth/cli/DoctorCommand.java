package dev.berth.cli;

import dev.berth.cli.output.FindingList;
import dev.berth.config.BerthVersion;
import dev.berth.config.HomeLayout;
import dev.berth.config.doctor.HostDoctor;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.error.BerthException;
import dev.berth.error.ErrorCode;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.HostInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code vmctl doctor}. Examines from here, not from within a daemon: it is of most use when none
 * starts.
 */
final class DoctorCommand implements Command {
  private static final String CHECK = "daemon";

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    HomeLayout layout =
        session
            .address()
            .layout()
            .orElseThrow(
                () ->
                    new UsageException(
                        "'doctor' examines this machine for the host of a home, and an address"
                            + " names none: give --home in place of --connect or BERTH_URI."));
    List<Finding> findings = new ArrayList<>();
    Optional<HostInfo> host = host(session, layout, findings);
    findings.addAll(
        new HostDoctor(
                layout,
                session.environment().variables(),
                session.environment().clock(),
                host.map(HostInfo::pid))
            .examine());
    FindingList list = new FindingList(findings, session.output().colour());
    session.output().result(list::document, list::lines);
    return list.worst() == Verdict.PROBLEM ? ErrorCode.HOST_FAILURE.exitCode() : ExitCodes.OK;
  }

  private static Optional<HostInfo> host(
      Session session, HomeLayout layout, List<Finding> findings) {
    try {
      HostInfo info = session.presentHost().info();
      findings.add(answering(info));
      return Optional.of(info);
    } catch (HostUnreachableException absent) {
      findings.add(absent(layout));
    } catch (BerthException refusal) {
      findings.add(
          Finding.note(
              CHECK,
              "one answers at " + layout.controlSocket() + ": " + refusal.getMessage(),
              "run this as the user who runs the daemon"));
    }
    return Optional.empty();
  }

  private static Finding answering(HostInfo info) {
    String text = "version " + info.version() + " answers, pid " + info.pid();
    return info.version().equals(BerthVersion.TEXT)
        ? Finding.ok(CHECK, text)
        : Finding.note(
            CHECK,
            text + "; this is vmctl " + BerthVersion.TEXT,
            "restart it with 'vmctl daemon stop' and 'vmctl daemon run'; guests go on");
  }

  private static Finding absent(HomeLayout layout) {
    return Files.exists(layout.controlSocket())
        ? Finding.note(
            CHECK,
            "has died: its socket " + layout.controlSocket() + " is there, and nobody listens",
            "see "
                + layout.logDirectory()
                + "; whichever command needs the daemon next starts it again")
        : Finding.ok(CHECK, "none runs at " + layout.controlSocket());
  }
}
