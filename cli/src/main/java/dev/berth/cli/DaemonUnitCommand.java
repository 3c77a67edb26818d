package dev.berth.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/** {@code vmctl daemon unit}. */
final class DaemonUnitCommand implements Command {
  private static final String VMCTL = "@VMCTL@";

  /** The units there are. */
  private enum Unit {
    DAEMON("berth.service"),
    GUESTS("berth-guests.service");

    private final String file;

    Unit(String file) {
      this.file = file;
    }
  }

  private final Parameter<Path> vmctl;
  private final Parameter<Unit> unit;

  DaemonUnitCommand(Parameters parameters) {
    vmctl =
        parameters.option(
            "--vmctl",
            "PATH",
            DaemonUnitCommand::absolute,
            "/usr/bin/vmctl",
            "The vmctl that the unit runs.");
    unit =
        parameters.option(
            "--unit",
            "UNIT",
            DaemonUnitCommand::unit,
            "berth.service",
            "Which one: berth.service runs the daemon, berth-guests.service shuts all guests down"
                + " before the machine goes down.");
  }

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute() || !text.matches("[A-Za-z0-9/._+-]+")) {
      throw new TypeConversionException("'" + text + "' is no plain absolute path");
    }
    return path;
  }

  private static Unit unit(String text) {
    for (Unit each : Unit.values()) {
      if (each.file.equals(text)) {
        return each;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is neither berth.service nor berth-guests.service");
  }

  @Override
  public int run(Session session) throws IOException {
    String file = unit.value().file;
    try (InputStream text = DaemonUnitCommand.class.getResourceAsStream("unit/" + file)) {
      if (text == null) {
        throw new IllegalStateException("the jar lacks unit/" + file);
      }
      String lines = new String(text.readAllBytes(), StandardCharsets.UTF_8);
      session.output().text(lines.replace(VMCTL, vmctl.value().toString()).stripTrailing());
    }
    return ExitCodes.OK;
  }
}
