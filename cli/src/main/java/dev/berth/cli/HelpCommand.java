package dev.berth.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code vmctl help}. */
final class HelpCommand implements Command {
  private static final List<String> EXIT_CODES = List.of("exit-codes");

  private final Parameter<List<String>> words;

  HelpCommand(Parameters parameters) {
    words =
        parameters.arguments("0..*", "COMMAND", "The command to explain, or exit-codes for those.");
  }

  @Override
  public int run(Session session) throws IOException {
    List<String> asked = words.given().orElse(List.of());
    if (asked.equals(EXIT_CODES)) {
      session.output().text(ExitCodes.table());
      return ExitCodes.OK;
    }
    CommandLine command = CommandTree.complete().commandLine();
    for (String word : asked) {
      CommandLine next = command.getSubcommands().get(word);
      if (next == null) {
        throw new UsageException("There is no command '" + String.join(" ", asked) + "'.");
      }
      command = next;
    }
    Ansi ansi = session.environment().colour() ? Ansi.ON : Ansi.OFF;
    session.output().text(CommandTree.usage(command, ansi));
    return ExitCodes.OK;
  }
}
