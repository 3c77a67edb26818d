package dev.berth.cli;

import java.io.IOException;
import picocli.AutoComplete;

/** {@code vmctl completion}. */
final class CompletionCommand implements Command {
  private static final String BASH = "bash";

  private final Parameter<String> shell;

  CompletionCommand(Parameters parameters) {
    shell = parameters.argument("SHELL", "The shell: bash; its script works in zsh as well.");
  }

  @Override
  public int run(Session session) throws IOException {
    if (!shell.value().equals(BASH)) {
      throw new UsageException(
          "There is no completion for '" + shell.value() + "', only for bash.");
    }
    session
        .output()
        .text(AutoComplete.bash("vmctl", CommandTree.complete().commandLine()).stripTrailing());
    return ExitCodes.OK;
  }
}
