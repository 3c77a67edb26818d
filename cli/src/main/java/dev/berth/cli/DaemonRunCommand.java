package dev.berth.cli;

import dev.berth.config.Daemon;
import dev.berth.config.HostSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code vmctl daemon run}. */
final class DaemonRunCommand implements Command {
  private final Parameter<List<String>> settings;

  DaemonRunCommand(Parameters parameters) {
    settings =
        parameters.repeated(
            "--set",
            "KEY=VALUE",
            "A setting, such as operation-limit=16; goes before the environment and the file.");
  }

  @Override
  public int run(Session session) throws InterruptedException {
    Environment environment = session.environment();
    HostSettings read =
        HostSettings.read(session.home(), environment.variables(), environment.userId(), flags());
    try (Daemon daemon = Daemon.start(read)) {
      daemon.stopOnSignal();
      daemon.await();
    }
    return ExitCodes.OK;
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    for (String setting : settings.given().orElse(List.of())) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new UsageException("--set '" + setting + "' is not of the form KEY=VALUE.");
      }
      flags.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return flags;
  }
}
