package dev.berth.cli;

import dev.berth.cli.completion.CompletionScript;
import dev.berth.domain.DomainSnapshot;
import dev.berth.error.BerthException;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code vmctl completion}: the script for a shell, or, for those scripts to call, the names of the
 * domains there are. The latter never starts a daemon, and says nothing when there is none.
 */
final class CompletionCommand implements Command {
  private static final String NAMES = "names";
  private static final String QMP = "qmp";

  private final Parameter<String> shell;
  private final Parameter<List<String>> typed;

  CompletionCommand(Parameters parameters) {
    shell =
        parameters.argument(
            "SHELL",
            words(),
            "The shell: bash, zsh or fish. 'names' and 'qmp' print what the scripts offer.");
    typed =
        parameters.furtherFrom(
            1, "WORD", "For 'qmp', which is for 'agent' too: the words typed so far.");
  }

  @Override
  public int run(Session session) throws IOException {
    if (shell.value().equals(NAMES)) {
      printNames(session);
      return ExitCodes.OK;
    }
    if (shell.value().equals(QMP)) {
      printQmp(session);
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

  private void printQmp(Session session) throws IOException {
    VmHost host;
    try {
      host = session.presentHost();
    } catch (BerthException absent) {
      return;
    }
    for (String word : QmpWords.after(typed.given().orElse(List.of()), host)) {
      session.output().text(word);
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
