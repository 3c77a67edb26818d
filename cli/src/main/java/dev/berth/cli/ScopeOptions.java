package dev.berth.cli;

import dev.berth.host.EditScope;

/** What a change of devices is about: {@code --live}, {@code --config}, or both. */
final class ScopeOptions {
  private final Parameter<Boolean> live;
  private final Parameter<Boolean> config;

  ScopeOptions(Parameters parameters) {
    live = parameters.flag("--live", "The machine alone, unless --config is given as well.");
    config =
        parameters.flag(
            "--config",
            "The definition alone, unless --live is given as well. Without either: the definition,"
                + " and the machine while there is one.");
  }

  EditScope scope() {
    if (live.value() == config.value()) {
      return EditScope.BOTH;
    }
    return live.value() ? EditScope.LIVE : EditScope.CONFIG;
  }
}
