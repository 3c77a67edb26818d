package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import dev.berth.config.BerthVersion;
import dev.berth.config.HomeLayout;
import dev.berth.definition.NearestWord;
import dev.berth.error.BerthException;
import dev.berth.host.VmHost;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code vmctl}. */
public final class Vmctl {
  private final Environment environment;
  private final Session.Reach reach;

  Vmctl(Environment environment, Session.Reach reach) {
    this.environment = environment;
    this.reach = reach;
  }

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    Preparation.begin();
    // Not System.out, which hides that nobody reads any more.
    Environment environment =
        new Environment(
            System.getenv(),
            Path.of("").toAbsolutePath(),
            HomeLayout.userId(),
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Environment.Terminals.ofThisProcess(),
            Clock.systemUTC());
    Session.Reach reach = new Session.Reach(VmHost::connect, new DaemonProcess());
    System.exit(new Vmctl(environment, reach).run(arguments));
  }

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  int run(String... arguments) {
    CommandTree tree = CommandTree.forArguments(arguments);
    try {
      return parseAndRun(tree, arguments);
    } catch (IOException streamFailure) {
      return streamFailed(tree, streamFailure);
    }
  }

  private int parseAndRun(CommandTree tree, String... arguments) throws IOException {
    ParseResult result;
    try {
      result = tree.commandLine().parseArgs(arguments);
    } catch (ParameterException wrong) {
      return wrongUsage(tree, wrong);
    }
    Output output = output(tree);
    ParseResult innermost = CommandTree.innermost(result);
    CommandLine command = innermost.commandSpec().commandLine();
    if (innermost.isUsageHelpRequested()) {
      output.text(CommandTree.usage(command, environment.colour() ? Ansi.ON : Ansi.OFF));
      return ExitCodes.OK;
    }
    if (result.isVersionHelpRequested()) {
      output.text("vmctl " + BerthVersion.TEXT);
      return ExitCodes.OK;
    }
    Optional<Command> chosen = CommandTree.chosen(result);
    if (chosen.isEmpty()) {
      return ErrorReport.printUsage(
          output, "A command is missing.", CommandTree.usage(command, Ansi.OFF));
    }
    String name = command.getCommandSpec().qualifiedName();
    boolean asRows = output.format() == OutputFormat.CSV || output.format() == OutputFormat.NAME;
    if (asRows && !chosen.get().printsRows()) {
      return ErrorReport.printUsage(
          output,
          "'" + name + "' prints no rows, so '-o " + output.format().text() + "' is not for it.",
          "Use table, json or yaml.");
    }
    return run(chosen.get(), tree, output, name);
  }

  private int run(Command command, CommandTree tree, Output output, String name)
      throws IOException {
    try (Session session = new Session(environment, tree.options(), reach, output)) {
      return command.run(session);
    } catch (BerthException failure) {
      return ErrorReport.print(output, failure);
    } catch (UsageException wrong) {
      return ErrorReport.printUsage(output, wrong.message(), seeHelp(name));
    } catch (InterruptedException interrupted) {
      return ErrorReport.printUnexpected(output, new IllegalStateException(interrupted));
    } catch (RuntimeException mistake) {
      return ErrorReport.printUnexpected(output, mistake);
    }
  }

  private int wrongUsage(CommandTree tree, ParameterException wrong) throws IOException {
    String seeHelp = seeHelp(wrong.getCommandLine().getCommandSpec().qualifiedName());
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      String advice = nearest(unmatched).map(word -> "Did you mean " + word + "?\n").orElse("");
      return ErrorReport.printUsage(output(tree), unmatched(unmatched), advice + seeHelp);
    }
    return ErrorReport.printUsage(output(tree), String.valueOf(wrong.getMessage()), seeHelp);
  }

  private static Optional<String> nearest(UnmatchedArgumentException unmatched) {
    CommandSpec spec = unmatched.getCommandLine().getCommandSpec();
    Set<String> known =
        unmatched.isUnknownOption() ? spec.optionsMap().keySet() : spec.subcommands().keySet();
    String typed = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
    return NearestWord.to(typed, known).or(() -> unmatched.getSuggestions().stream().findFirst());
  }

  private static String unmatched(UnmatchedArgumentException unmatched) {
    String first = unmatched.getUnmatched().get(0);
    if (unmatched.isUnknownOption()) {
      return "There is no option '" + first + "'.";
    }
    boolean isCommand = !unmatched.getCommandLine().getSubcommands().isEmpty();
    return isCommand
        ? "There is no command '" + first + "'."
        : "'"
            + unmatched.getCommandLine().getCommandSpec().qualifiedName()
            + "' takes no argument '"
            + first
            + "'.";
  }

  private static String seeHelp(String name) {
    return "See '" + name + " --help'.";
  }

  private Output output(CommandTree tree) {
    return new Output(environment.out(), environment.err(), tree.options().style(environment));
  }

  /** A reader that went away is no failure of ours, and not worth a word. */
  private int streamFailed(CommandTree tree, IOException failure) {
    if (String.valueOf(failure.getMessage()).contains("Broken pipe")) {
      return ExitCodes.OUTPUT_CLOSED;
    }
    try {
      return ErrorReport.printStreamFailure(output(tree), failure);
    } catch (IOException speechless) {
      return ExitCodes.UNEXPECTED;
    }
  }
}
