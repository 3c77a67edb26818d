package dev.berth.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The commands as picocli's model. Only the command that the arguments name is built, which saves a
 * third of the start-up time; help and mistakes get all of them.
 */
final class CommandTree {
  private static final int HELP_WIDTH = 100;

  /**
   * Makes what picocli would make by reflection: the lists of arguments, nothing else. Its own
   * factory looks for Groovy first, and that opens every jar there is: 20 ms.
   */
  private static final IFactory FACTORY =
      new IFactory() {
        @Override
        public <K> K create(Class<K> type) {
          if (type == List.class) {
            return type.cast(new ArrayList<>());
          }
          throw new IllegalStateException("nothing is made by reflection, but " + type);
        }
      };

  private final CommandLine commandLine;
  private final GlobalOptions options;

  private CommandTree(List<CommandName> commands) {
    CommandSpec root = CommandSpec.wrapWithoutInspection(null, FACTORY).name("vmctl");
    root.usageMessage()
        .description("Defines, runs and watches virtual machines.")
        .synopsisSubcommandLabel("COMMAND")
        .footer(
            "",
            "'vmctl help COMMAND' has the details, 'vmctl help exit-codes' what exit codes mean.");
    Parameters parameters = new Parameters();
    options = new GlobalOptions(parameters);
    parameters.addTo(root);
    for (CommandName command : commands) {
      add(root, command);
    }
    commandLine =
        new CommandLine(root, FACTORY)
            .setExpandAtFiles(false)
            .setInterpolateVariables(false)
            .setAbbreviatedOptionsAllowed(false)
            .setUsageHelpWidth(HELP_WIDTH);
  }

  /** A tree with the command that the arguments name, or with all when they name none. */
  static CommandTree forArguments(String[] arguments) {
    List<CommandName> named = new ArrayList<>();
    firstWord(arguments)
        .ifPresent(
            word -> {
              for (CommandName command : CommandName.values()) {
                if (command.beginsWith(word)) {
                  named.add(command);
                }
              }
            });
    return named.isEmpty() ? complete() : new CommandTree(named);
  }

  /** A tree with all commands. */
  static CommandTree complete() {
    return new CommandTree(List.of(CommandName.values()));
  }

  CommandLine commandLine() {
    return commandLine;
  }

  GlobalOptions options() {
    return options;
  }

  /** The command that was parsed, or empty when the arguments stop short of one. */
  static Optional<Command> chosen(ParseResult result) {
    return innermost(result).commandSpec().userObject() instanceof Command command
        ? Optional.of(command)
        : Optional.empty();
  }

  /** What the last command word stands for. */
  static ParseResult innermost(ParseResult result) {
    ParseResult innermost = result;
    while (innermost.hasSubcommand()) {
      innermost = innermost.subcommand();
    }
    return innermost;
  }

  /** The help of a command. */
  static String usage(CommandLine command, Ansi ansi) {
    ColorScheme colours = CommandLine.Help.defaultColorScheme(ansi);
    return command.getUsageMessage(colours).stripTrailing();
  }

  private static void add(CommandSpec root, CommandName name) {
    List<String> words = name.words();
    if (words.size() == 1) {
      root.addSubcommand(words.get(0), new CommandLine(described(name), FACTORY));
    } else {
      group(root, words.get(0))
          .addSubcommand(words.get(1), new CommandLine(described(name), FACTORY));
    }
  }

  private static CommandSpec group(CommandSpec root, String word) {
    CommandLine known = root.subcommands().get(word);
    if (known != null) {
      return known.getCommandSpec();
    }
    CommandSpec group = CommandSpec.wrapWithoutInspection(null, FACTORY);
    group
        .usageMessage()
        .description(CommandName.summaryOfGroup(word))
        .synopsisSubcommandLabel("COMMAND");
    root.addSubcommand(word, new CommandLine(group, FACTORY));
    return group;
  }

  private static CommandSpec described(CommandName name) {
    Parameters parameters = new Parameters();
    Command command = name.create(parameters);
    CommandSpec spec = CommandSpec.wrapWithoutInspection(command, FACTORY);
    parameters.addTo(spec);
    spec.aliases(name.aliases().toArray(String[]::new));
    spec.usageMessage().description(name.summary()).sortOptions(false).sortSynopsis(false);
    return spec;
  }

  private static Optional<String> firstWord(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (!arguments[i].startsWith("-")) {
        return Optional.of(arguments[i]);
      }
      if (GlobalOptions.WITH_VALUE.contains(arguments[i])) {
        i++;
      }
    }
    return Optional.empty();
  }
}
