package dev.berth.cli;

import dev.berth.cli.completion.CompletionScript;
import dev.berth.domain.DomainSnapshot;
import dev.berth.error.BerthException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code vmctl completion}: the script for a shell, or, for those scripts to call, the names of the
 * domains there are. The latter never starts a daemon, and says nothing when there is none.
 */
final class CompletionCommand implements Command {
  private static final String NAMES = "names";

  private final Parameter<String> shell;

  CompletionCommand(Parameters parameters) {
    shell =
        parameters.argument(
            "SHELL",
            words(),
            "The shell: bash, zsh or fish. 'names' prints the names that the scripts offer.");
  }

  @Override
  public int run(Session session) throws IOException {
    if (shell.value().equals(NAMES)) {
      printNames(session);
      return ExitCodes.OK;
    }
    for (CompletionScript script : CompletionScript.values()) {
      if (script.shell().equals(shell.value())) {
        session.output().text(script.of(CommandTree.complete().commandLine()));
        return ExitCodes.OK;
      }
    }
    throw new UsageException(
        "There is no completion for '" + shell.value() + "', only for bash, zsh and fish.");
  }

  private static void printNames(Session session) throws IOException {
    List<DomainSnapshot> domains;
    try {
      domains = session.presentHost().list();
    } catch (BerthException absent) {
      return;
    }
    for (DomainSnapshot domain : domains) {
      session.output().text(domain.name().text());
    }
  }

  private static List<String> words() {
    List<String> words = new ArrayList<>();
    for (CompletionScript script : CompletionScript.values()) {
      words.add(script.shell());
    }
    return words;
  }
}
